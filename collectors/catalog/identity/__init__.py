"""Entra ID: directory roles and applications."""
