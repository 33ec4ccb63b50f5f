"""Databases other than SQL Server's."""
