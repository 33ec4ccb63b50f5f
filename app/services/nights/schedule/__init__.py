"""When nights begin, are caught up, taken up again, or missed."""
