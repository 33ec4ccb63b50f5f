"""Storage accounts and their services."""
