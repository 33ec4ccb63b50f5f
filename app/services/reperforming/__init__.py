"""Sealed nights judged again from their sealed pages."""
