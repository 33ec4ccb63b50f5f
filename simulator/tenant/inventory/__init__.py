"""Which resources there are, how they are called and tagged."""
