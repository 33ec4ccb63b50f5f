"""Network boundaries."""
