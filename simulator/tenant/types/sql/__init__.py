"""SQL servers and databases."""
