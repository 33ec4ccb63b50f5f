"""A stand-in Azure tenant over TLS. Never imported by app or collectors."""
