"""What the log says of a connection: added, changed, retired. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.evidence.record import Event, utc
from app.schedule.connection import RETIRED_AT, connection_of
from app.schedule.slots import Spell

ADDED, CHANGED, RETIRED = "connection_added", "connection_changed", "connection_retired"
"""`connection_changed` holds the whole connection as it is from then on; each names its `id`."""
KINDS = (ADDED, CHANGED, RETIRED)
Detail = Mapping[str, Any]


def connection_id_of(kind: str, detail: Detail) -> str | None:
    """Which connection an event of the log describes; None for any other event."""
    return str(detail["id"]) if kind in KINDS else None


def described(before: Detail | None, kind: str, detail: Detail, at: datetime) -> Detail:
    """The connection after this event, as `connection_of` reads it."""
    if kind == RETIRED:
        return {**(before or {}), RETIRED_AT: utc(at)}
    return detail


def spells_of(events: Iterable[Event]) -> tuple[Spell, ...]:
    """When which schedule held, from the events of one connection in the order of the log."""
    found: list[Spell] = []
    for event in events:
        retired = event.kind == RETIRED
        line = None if retired else connection_of(event.detail).cron
        if not found or found[-1].line != line:
            found.append(Spell(since=event.at, line=line))
    return tuple(found)
