"""Whole numbers as Azure writes them."""


def whole(value: object) -> int | None:
    """A whole number; None for anything else. Python counts true and false among the integers."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
