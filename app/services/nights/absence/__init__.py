"""What a night misses, and what became of it."""
