"""Managed identities."""
