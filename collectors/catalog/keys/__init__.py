"""Key vaults and what protects the keys in them."""
