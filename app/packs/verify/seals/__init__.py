"""Signatures and times, judged by the openssl command."""
