"""What the index knows of the log: its events and its checkpoints."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import Row, Select, func, insert, inspect, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.db.engine.tables import checkpoint, event, record
from app.evidence.events.fact import Fact
from app.evidence.events.shape import naming
from app.evidence.record import Event, entry_key

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedEvent(Generic[F]):
    """An event, its place in the log, and what it says."""

    seq: int
    event: Event
    """As it was sealed."""
    fact: F


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexedCheckpoint:
    """A signed tree head, and the time token over it."""

    size: int
    root: str
    """Root hash, hexadecimal."""
    note_sha256: str
    signed_at: datetime
    stamped_at: datetime | None
    """Time in the RFC 3161 token; None when no authority answered."""
    authority: str
    assurance: str
    """What the token proves about time; the built-in authority proves nothing."""


def add_event(session: Session, seq: int, made: Event) -> bool:
    """Add an event of the log. False if this place is known."""
    if session.scalar(select(event.c.seq).where(event.c.seq == seq)) is not None:
        return False
    row = {"seq": seq, "kind": made.kind, "at": made.at, "actor": made.actor}
    detail = json.dumps(dict(made.detail), sort_keys=True)
    session.execute(insert(event).values(**row, detail=detail))
    return True


def events(session: Session, kind: type[F], *, before: int | None = None) -> list[LoggedEvent[F]]:
    """All events of a kind in the order of the log, or all before an entry. Never a part.

    Raises MalformedEventError.
    """
    asked = _of_kind(kind, before).order_by(event.c.seq)
    return [_logged(row, kind) for row in session.execute(asked)]


def newest_event(
    session: Session, kind: type[F], *, before: int | None = None
) -> LoggedEvent[F] | None:
    """The last event of a kind, or the last before an entry. Raises MalformedEventError."""
    asked = _of_kind(kind, before).order_by(event.c.seq.desc()).limit(1)
    row = session.execute(asked).first()
    return None if row is None else _logged(row, kind)


def newest_claim(session: Session, *, after: int) -> datetime | None:
    """The newest time that an entry after this place claims: an event's, or a record's."""
    told = session.scalar(select(func.max(event.c.at)).where(event.c.seq > after))
    collected = session.scalar(select(func.max(record.c.collected_at)).where(record.c.seq > after))
    return max((at for at in (told, collected) if at is not None), default=None)


def event_at(session: Session, seq: int) -> Event | None:
    """The event at this place of the log, as it was sealed."""
    row = session.execute(select(event).where(event.c.seq == seq)).first()
    return None if row is None else _event(row)


def add_checkpoint(session: Session, made: IndexedCheckpoint) -> bool:
    """Add a checkpoint. False if one of this size is known."""
    if session.scalar(select(checkpoint.c.size).where(checkpoint.c.size == made.size)) is not None:
        return False
    row = {name: getattr(made, name) for name in IndexedCheckpoint.__slots__}
    session.execute(insert(checkpoint).values(row))
    return True


def latest_checkpoint(session: Session) -> IndexedCheckpoint | None:
    """The one that covers most of the log."""
    row = session.execute(select(checkpoint).order_by(checkpoint.c.size.desc()).limit(1)).first()
    return None if row is None else _checkpoint(row)


def remembered_checkpoint(session: Session) -> IndexedCheckpoint | None:
    """The same of an index of any shape; None where it cannot be read."""
    if not inspect(session.connection()).has_table(checkpoint.name):
        return None
    try:
        with session.begin_nested():
            return latest_checkpoint(session)
    except (DatabaseError, ValueError):
        return None


def indexed_checkpoints(session: Session) -> set[int]:
    """Sizes of the checkpoints that the index knows."""
    return set(session.scalars(select(checkpoint.c.size)))


def checkpoints(session: Session, *, min_size: int = 0) -> list[IndexedCheckpoint]:
    """All checkpoints that cover at least this many entries, smallest first."""
    asked = select(checkpoint).where(checkpoint.c.size >= min_size).order_by(checkpoint.c.size)
    return [_checkpoint(row) for row in session.execute(asked)]


def _of_kind(kind: type[Fact], before: int | None) -> Select[tuple[object, ...]]:
    asked = select(event).where(event.c.kind == kind.KIND)
    return asked if before is None else asked.where(event.c.seq < before)


def _logged(row: Row[tuple[object, ...]], kind: type[F]) -> LoggedEvent[F]:
    sealed = _event(row)
    with naming(entry_key(row.seq)):
        return LoggedEvent(seq=row.seq, event=sealed, fact=kind.of(sealed.detail))


def _event(row: Row[tuple[object, ...]]) -> Event:
    detail = json.loads(row.detail)
    return Event(kind=row.kind, at=row.at, actor=row.actor, detail=detail)


def _checkpoint(row: Row[tuple[object, ...]]) -> IndexedCheckpoint:
    return IndexedCheckpoint(**row._asdict())
