"""The evidence log: what is appended, sealed, signed and dated."""
