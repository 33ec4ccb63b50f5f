"""One installation, opened: its settings, store, keys, index and clock."""
