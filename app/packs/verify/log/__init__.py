"""The log: its checkpoint, its entries, and what they name."""
