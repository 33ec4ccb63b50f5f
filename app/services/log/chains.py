"""Where the chain of each connection ends, read from the entries of the log and from nothing else.

What was appended since is remembered; what lies before is looked for backwards, from one event of
any chain to the one before it, so that records need not be read.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.evidence.canonical import sealed_json
from app.evidence.chain import Link, link_in
from app.evidence.events.connection_events import OfConnection
from app.evidence.events.kinds import CHAINED, fact_of
from app.evidence.events.shape import MalformedEventError
from app.evidence.record import EVENT_SCHEMA, sealed_event

_EVENT = EVENT_SCHEMA.encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chained:
    """An event of a chain."""

    connection_id: str
    of_schedule: bool
    link: Link | None
    """None in what was sealed before there were chains."""


class Chains:
    """Ends of the chains. `read` gives an entry's bytes by its place, None where they are lost."""

    def __init__(self, read: Callable[[int], bytes | None]) -> None:
        self._read = read
        self._newest: dict[str, int] = {}
        self._schedule: dict[str, int | None] = {}
        """Of each connection in `_newest`, its newest event of the schedule, as far as known."""
        self._last: int | None = None
        """The newest event of any chain."""
        self._searched: int | None = None
        """Everything at and after this place is known; None before anything was asked."""

    def take(self, seq: int, data: bytes) -> None:
        """The entry was appended."""
        if self._searched is None:
            self._searched = seq
        found = _chained(data)
        if found is None:
            return
        self._last = seq
        if found.of_schedule:
            self._schedule[found.connection_id] = seq
        elif found.connection_id not in self._newest:
            self._schedule[found.connection_id] = found.link.schedule if found.link else None
        self._newest[found.connection_id] = seq

    def link(self, connection_id: str, size: int, *, begins: bool) -> Link:
        """Of the event that is to be entry `size`; `begins`: the connection is added by it."""
        if self._searched is None:
            self._searched = size
        self._find(None if begins else connection_id)
        return Link(
            after=self._newest.get(connection_id),
            schedule=self._schedule.get(connection_id),
            previous=self._last,
        )

    def schedule_told(self, connection_id: str, size: int) -> bool:
        """Whether a chain leads to the newest event of this connection's schedule before `size`."""
        place = self.link(connection_id, size, begins=False).schedule
        data = None if place is None else self._read(place)
        found = None if data is None else _chained(data)
        return found is not None and found.link is not None

    def _find(self, connection_id: str | None) -> None:
        """Look back until the connection is met, or any where it is None, or the log begins."""
        place = self._searched or 0
        while place > 0 and not (
            self._last is not None if connection_id is None else connection_id in self._newest
        ):
            place -= 1
            data = self._read(place)
            found = None if data is None else _chained(data)
            if found is None:
                continue
            if self._last is None:
                self._last = place
            self._meet(place, found)
            if found.link is not None:  # nothing in between is of any chain
                before = found.link.previous
                place = 0 if before is None else min(before + 1, place)
        self._searched = place

    def _meet(self, place: int, found: _Chained) -> None:
        """An event before those known: it ends its chain unless a newer one was met."""
        if found.connection_id in self._newest:
            return
        self._newest[found.connection_id] = place
        told = found.link.schedule if found.link is not None else None
        self._schedule[found.connection_id] = place if found.of_schedule else told


def _chained(data: bytes) -> _Chained | None:
    if _EVENT not in data:  # a record: most entries are, and large
        return None
    try:
        entry = sealed_json(data)
        if entry["schema"] != EVENT_SCHEMA:
            return None
        fact = fact_of(sealed_event(entry), CHAINED)
    except (MalformedEventError, LookupError, TypeError, ValueError):
        return None  # verification names it; it is of no chain
    if fact is None:
        return None
    return _Chained(
        connection_id=fact.chain,
        of_schedule=isinstance(fact, OfConnection),
        link=link_in(entry),
    )
