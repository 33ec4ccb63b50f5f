"""Measurements at scale: each file is a program that prints one JSON object."""
