"""Keys and certificates: whose they are, where they lie, who signs with them."""
