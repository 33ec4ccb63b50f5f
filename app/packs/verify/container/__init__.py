"""The container: its bytes, its files, and the lists that name them."""
