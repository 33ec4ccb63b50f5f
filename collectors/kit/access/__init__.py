"""Roles, who holds them, and Privileged Identity Management."""
