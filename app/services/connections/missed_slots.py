"""Nights that nobody collected: each an entry of the log, so that none was "never due" later."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db.rows.connections import StoredConnection, connection_named
from app.db.rows.runs import last_planned, nights
from app.evidence.events.fact import event_of
from app.evidence.events.run_events import missed
from app.schedule.connection import Connection
from app.schedule.slots import Due, due, slots
from app.services.connections.timetable import spells
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up

LATE = timedelta(minutes=10)
"""A running annexa begins a slot sooner than this; one begun later was caught up, and says so."""
LOOKED_BACK = timedelta(days=100)
"""How far back slots are looked for that an index, since lost, had planned."""
AT_ONCE = 1000
"""Missed slots that one look records."""
NOBODY = "no annexa ran at the time of this night, and evidence cannot be collected later"


def due_slots(session: Session, connection: StoredConnection, now: datetime) -> Due:
    """What of a connection's schedule is due and in no run yet."""
    after = last_planned(session, connection.id, now) or connection.anchor
    return due(spells(session, connection.id), after, now)


def forgotten(ports: Ports, connection: Connection) -> list[datetime]:
    """Planned slots before the newest one, of which nothing is known: an index that was lost.

    A run that had not begun is in no entry; nobody comes back to it once a later one is told.
    """
    now = ports.now()
    with ports.database.read() as session:
        stored = connection_named(session, connection.id)
        after = max(stored.anchor, now - LOOKED_BACK)
        newest = last_planned(session, connection.id, now)
        if newest is None or newest <= after:
            return []
        known = {night.slot for night in nights(session, connection.id, after, newest)}
        planned = slots(spells(session, connection.id), after, newest)
        return [slot for slot in planned if slot not in known]


def overdue(ports: Ports, connection: Connection, now: datetime) -> Due:
    """The same of a connection: what no running annexa has taken up."""
    with ports.database.read() as session:
        return due_slots(session, connection_named(session, connection.id), now)


def unbegun(due: Due, now: datetime) -> int:
    """How many due slots nobody has begun, though a running annexa would have by now."""
    return len(due.missed) + (due.newest is not None and now - due.newest > LATE)


def miss(ports: Ports, connection_id: str, over: Sequence[datetime]) -> int:
    """Record slots as missed, in one event; a slot that has a run is left alone.

    At most so many at once: the next look records the next. Returns how many were recorded.
    Whoever calls has somebody's word that these slots are over. Raises WriterBusyError.
    """
    over = over[:AT_ONCE]
    if not over:
        return 0
    with ports.writer("slot missed"):
        log = ports.open_log()
        catch_up(ports, log)
        with ports.database.read() as session:
            known = {n.slot for n in nights(session, connection_id, over[0], over[-1])}
        new = [slot for slot in over if slot not in known]
        if new:
            fact = missed(connection_id, new, NOBODY)
            log.append(event_of(fact, at=ports.now(), actor="annexa schedule").sealed)
            log.seal(ports.now, ports.authorities)
            catch_up(ports, log)
    return len(new)
