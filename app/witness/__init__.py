"""A witness of other people's logs (c2sp.org/tlog-witness): it runs alone, without a home."""
