"""Which items of its parent list a read is asked for, and which of them have it for certain."""

from collections.abc import Iterable

from collectors.kit.spec import Arm, Item, Read

SHAPE_ERRORS = (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError)
"""What plain code raises on a value of a shape it does not expect."""


def asked(read: Read, parents: Iterable[Item]) -> list[Item]:
    """The parents that are asked. One of which Azure said two things is."""
    if not isinstance(read, Arm):
        return list(parents)
    return [parent for parent in parents if parent.others or _holds(read, parent)]


def contradicts(read: Read, parent: Item) -> bool:
    """Would it be against the documentation if this parent had nothing of the read?"""
    if not isinstance(read, Arm) or read.has is None:
        return False
    try:
        return parent.disputed or read.has(parent)
    except SHAPE_ERRORS:
        return True


def _holds(read: Arm, parent: Item) -> bool:
    """Is this parent asked? Where its answer does not tell, it is."""
    try:
        typed = not read.types or not parent.type or parent.type in read.types
        return typed and (read.where is None or read.where(parent))
    except SHAPE_ERRORS:
        return True
