"""What a store told of the objects it was given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.store.base import Protection


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipts:
    """Of the objects one process wrote since it last asked."""

    objects: int
    read_back: Mapping[str, Protection] = field(default_factory=dict)
    """By key; empty where nothing can be read back of a single object."""
