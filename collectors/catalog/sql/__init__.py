"""Azure SQL servers and databases."""
