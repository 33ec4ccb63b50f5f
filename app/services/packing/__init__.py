"""Evidence packs and sealed bundles."""
