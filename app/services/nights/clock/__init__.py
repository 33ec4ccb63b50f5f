"""Whether our clock is right: by Azure, by time authorities, and what the log says of it after."""
