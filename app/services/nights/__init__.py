"""One night after the other: what is collected, and sealed."""
