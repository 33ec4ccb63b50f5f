"""What keeps an installation well: a new home, keys, timestamps, notices."""
