"""The sealed bundle."""
