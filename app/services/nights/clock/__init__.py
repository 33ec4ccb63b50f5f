"""What time it is by others, and a clock that was wrong."""
