"""The chain of a connection: each event about its nights or its schedule names the one before it.

Leaving one out breaks the chain, so a part of the log shows by itself that it is whole: nothing
between two events of a chain was about that connection's nights. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHAIN = "chain"
"""Key of an entry; events sealed before there were chains lack it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Where an event stands in the chain of its connection: places in the log, None for none."""

    after: int | None
    """The event of the chain before it."""
    schedule: int | None
    """The newest event before it that added, changed or retired the connection."""
    previous: int | None
    """The newest event before it of the chain of any connection: writers find their way by it."""

    def detail(self) -> dict[str, int | None]:
        """As it is sealed."""
        return {"after": self.after, "schedule": self.schedule, "previous": self.previous}


def link_in(entry: Mapping[str, Any]) -> Link | None:
    """The link of a sealed entry; None where it has none or it is malformed."""
    told = entry.get(CHAIN)
    if not isinstance(told, Mapping):
        return None
    places = [told.get(name, "") for name in ("after", "schedule", "previous")]
    if any(place is not None and type(place) is not int for place in places):
        return None
    after, schedule, previous = places
    return Link(after=after, schedule=schedule, previous=previous)
