"""When the nights of a connection are due: what the log says, and what the settings say now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from app.db.rows.log import LoggedEvent, events
from app.errors import AppError, RefusedError
from app.evidence.events.connection_events import (
    ConnectionChanged,
    OfConnection,
    ScheduleMeaningTold,
    WholeConnection,
)
from app.evidence.run import Run
from app.schedule.connection import Connection
from app.schedule.connection_history import KINDS, spells_of
from app.schedule.cron import CronLine, Meaning, checked, next_slots, otherwise
from app.schedule.slots import Spell
from app.services.connections.register import find_connection, list_connections
from app.services.home.installation import Ports
from app.services.index.claims import need_forward_clock
from app.services.index.events import record_event

LOG = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class NextNight:
    """A planned night."""

    slot: datetime
    """UTC."""
    local: datetime
    """The same on the clocks of the connection's time zone."""

    @property
    def sentence(self) -> str:
        """`2026-11-29 01:00 UTC (02:00 +01:00)`."""
        said = f"{self.slot:%Y-%m-%d %H:%M} UTC"
        if self.local.tzname() == "UTC":
            return said
        day = "" if self.local.date() == self.slot.date() else f"{self.local:%Y-%m-%d} "
        return f"{said} ({day}{self.local:%H:%M} {self.local.tzname()})"


def spells(session: Session, connection_id: str) -> tuple[Spell, ...]:
    """Which schedule of a connection held when, oldest first."""
    return spells_of((one.fact, one.event.at) for one in _told(session, connection_id))


def planned_line(ports: Ports, connection: Connection) -> CronLine:
    """By which its coming nights are planned: the settings' line where it follows them."""
    if not connection.follows_settings:
        return connection.cron
    return replace(connection.cron, line=ports.settings.schedule)


def next_nights(ports: Ports, connection: Connection, number: int = 3) -> tuple[NextNight, ...]:
    """The next planned nights; none of a retired connection."""
    if connection.retired_at is not None:
        return ()
    return nights_of(planned_line(ports, connection), ports.now(), number)


def nights_of(line: CronLine, after: datetime, number: int = 3) -> tuple[NextNight, ...]:
    """The next nights of a line."""
    found = next_slots(line, after, number)
    return tuple(NextNight(slot=slot, local=line.local(slot)) for slot in found)


def connection_of_run(ports: Ports, run: Run) -> Connection:
    """The connection as a run has to ask it: one that has begun keeps the scope it began with."""
    connection = find_connection(ports, run.connection_id)
    if run.started_at is None:
        return connection
    with ports.database.read() as session:
        told = _told(session, run.connection_id)
    begun = [
        one.fact
        for one in told
        if isinstance(one.fact, WholeConnection) and one.event.at <= run.started_at
    ]
    return replace(connection, subscriptions=begun[-1].subscriptions) if begun else connection


def follow_settings(ports: Ports) -> None:
    """Seal the settings' schedule for every connection that follows it and has another yet."""
    for connection in list_connections(ports):
        line = planned_line(ports, connection)
        if connection.retired_at is not None or line == connection.cron:
            continue
        try:
            checked(line, ports.now())
            need_forward_clock(ports)
            _seal_change(ports, connection, replace(connection, schedule=line.line))
        except AppError as error:
            LOG.warning("schedule_not_taken", connection=connection.name, reason=error.message)


def _seal_change(ports: Ports, before: Connection, after: Connection) -> None:
    def unchanged() -> None:
        need_forward_clock(ports)
        if find_connection(ports, before.id) != before:
            raise RefusedError("another replica was first", code="connection_changed")

    changed = after.told_as(ConnectionChanged)
    record_event(ports, changed, actor="annexa schedule", allowed=unchanged)


def former_nights(ports: Ports, connection: Connection) -> str:
    """A sentence where a line of before has other nights than Unix gives it; else empty."""
    if connection.retired_at is not None or connection.schedule_meaning is Meaning.UNIX:
        return ""
    parting = otherwise(connection.cron, ports.now())
    if parting is None:
        return ""
    former, unix = (f"{slot:%A %Y-%m-%d %H:%M} UTC" for slot in parting)
    change = f"annexa connection change {connection.name} --schedule"
    said = f"the schedule '{connection.schedule}' keeps the nights it was added with"
    if parting[0] == parting[1]:
        return f"{said}; cron does not know such a line, give it another with `{change} '…'`"
    return (
        f"{said} ({former}); cron means other ones by it ({unix}), which "
        f"`{change} '{connection.schedule}'` takes over"
    )


def tell_former_nights(ports: Ports) -> None:
    """Seal that sentence, once for each connection that it is true of."""
    with ports.database.read() as session:
        told = {one.fact.connection_id for one in events(session, ScheduleMeaningTold)}
    for connection in list_connections(ports):
        said = "" if connection.id in told else former_nights(ports, connection)
        if said:
            LOG.warning("schedule_has_former_meaning", connection=connection.name, reason=said)
            fact = ScheduleMeaningTold(connection_id=connection.id, sentence=said)
            record_event(ports, fact, actor="annexa schedule")


def _told(session: Session, connection_id: str) -> Sequence[LoggedEvent[OfConnection]]:
    found: list[LoggedEvent[OfConnection]] = []
    for kind in KINDS:
        found += [one for one in events(session, kind) if one.fact.id == connection_id]
    return sorted(found, key=lambda logged: logged.seq)
