"""A blob service with versions, leases and immutability that refuses what Azure refuses."""
