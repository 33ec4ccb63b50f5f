"""What the log says of a connection: added, changed, retired. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.evidence.events.connection_events import (
    ConnectionAdded,
    ConnectionChanged,
    ConnectionRetired,
    OfConnection,
    WholeConnection,
)
from app.evidence.events.shape import MalformedEventError
from app.schedule.connection import Connection, connection_in
from app.schedule.slots import Spell

KINDS: tuple[type[OfConnection], ...] = (ConnectionAdded, ConnectionChanged, ConnectionRetired)


def described(before: Connection | None, fact: OfConnection, at: datetime) -> Connection:
    """The connection after this event. Raises MalformedEventError."""
    if isinstance(fact, WholeConnection):
        return connection_in(fact)
    if before is None:
        raise MalformedEventError(f"{fact.name} was retired and never added")
    return replace(before, retired_at=at)


def spells_of(told: Iterable[tuple[OfConnection, datetime]]) -> tuple[Spell, ...]:
    """When which schedule held, from the events of one connection, each with its instant."""
    found: list[Spell] = []
    for fact, at in told:
        line = connection_in(fact).cron if isinstance(fact, WholeConnection) else None
        if not found or found[-1].line != line:
            found.append(Spell(since=at, line=line))
    return tuple(found)
