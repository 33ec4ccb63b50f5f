"""Collectors: what is asked of Azure, and what is judged of its answers."""
