"""Rows by subject: what is written and asked of each table."""
