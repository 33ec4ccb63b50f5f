"""Every event that an index knows, of whatever kind."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.engine.tables import event
from app.db.rows.log import event_at
from app.evidence.record import Event


def all_events(session: Session) -> dict[int, Event]:
    """By place, in the order of the log."""
    places = session.scalars(select(event.c.seq).order_by(event.c.seq)).all()
    found = {seq: event_at(session, seq) for seq in places}
    return {seq: one for seq, one in found.items() if one is not None}
