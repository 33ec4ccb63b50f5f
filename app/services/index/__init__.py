"""From entries of the log to rows of the index, and what the index says of a night."""
