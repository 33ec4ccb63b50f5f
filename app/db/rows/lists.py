"""Long lists, piece by piece: each goes on after the last row that was shown, never by offset."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.db.engine.tables import pack, run
from app.db.rows.packs import StoredPack, pack_of
from app.db.rows.runs import run_of
from app.evidence.run import Run

Place = tuple[datetime, str]
"""Instant and id of the last row shown."""


def runs_after(
    session: Session, connection_id: str | None, after: Place | None, limit: int
) -> list[Run]:
    """Runs of one or every connection, newest slot first, missed ones included."""
    asked = select(run).order_by(run.c.slot.desc(), run.c.id).limit(limit)
    if connection_id is not None:
        asked = asked.where(run.c.connection_id == connection_id)
    if after is not None:
        asked = asked.where(_older(run.c.slot, run.c.id, after))
    return [run_of(row) for row in session.execute(asked)]


def packs_after(
    session: Session, connection_id: str | None, after: Place | None, limit: int
) -> list[StoredPack]:
    """Packs of one or every connection, newest first."""
    asked = select(pack).order_by(pack.c.created_at.desc(), pack.c.id).limit(limit)
    if connection_id is not None:
        asked = asked.where(pack.c.connection_id == connection_id)
    if after is not None:
        asked = asked.where(_older(pack.c.created_at, pack.c.id, after))
    return [pack_of(row) for row in session.execute(asked)]


def _older(
    instant: ColumnElement[datetime], name: ColumnElement[str], after: Place
) -> ColumnElement[bool]:
    at, last = after
    return or_(instant < at, and_(instant == at, name > last))
