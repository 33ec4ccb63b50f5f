"""What a store really guarantees, as one sentence that claims no more than was read back."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.store.base import Protection

_ORDER = ("tamper-evident only", "none", "unlocked", "locked")


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarantee:
    """A store's guarantee."""

    label: str
    """In a few words."""
    write_once: bool
    """True when the store itself was seen to refuse the deletion of evidence."""
    detail: str
    """One sentence: what was asked of the store, and what it told."""


def weakest(read_back: Iterable[Protection]) -> Protection | None:
    """The protection that gives way first: by mode, then by date. None of none."""
    return min(read_back, key=_strength, default=None)


def weaker(one: Protection, other: Protection) -> bool:
    """Does the first give way before the second?"""
    return _strength(one) < _strength(other)


def _strength(one: Protection) -> tuple[int, bool, float, bool]:
    until = 0.0 if one.until is None else one.until.timestamp()
    # A policy of the whole container has no date of its own that the storage API tells.
    return _ORDER.index(one.mode), one.until is not None, until, one.legal_hold
