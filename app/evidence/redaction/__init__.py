"""Commitments to what is sealed, and copies of it with parts hidden. Pure."""
