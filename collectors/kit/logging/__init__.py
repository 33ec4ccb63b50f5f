"""What is logged, where to, and how long it is kept."""
