"""Container images and where they run."""
