"""One request after the other: tries, quotas, pages, and where each body came from."""
