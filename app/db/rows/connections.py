"""Connections in the index."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, case, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.engine.tables import connection
from app.errors import NotFoundError, RefusedError


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredConnection:
    """A connection as the index keeps it."""

    id: str
    name: str
    detail: str
    """JSON of everything else: tenant, cloud, credential reference. Never a secret."""
    anchor: datetime
    """Slots before this instant are not due."""
    schedule: str
    """Cron line, as it was last said."""


def add_connection(session: Session, made: StoredConnection) -> None:
    """Add one. Raises RefusedError when its id or name is taken."""
    values = {name: getattr(made, name) for name in StoredConnection.__slots__}
    try:
        with session.begin_nested():
            session.execute(insert(connection).values(values))
    except IntegrityError:
        raise RefusedError(
            f"A connection named {made.name} exists: choose another name.", code="connection_exists"
        ) from None


def change_connection(session: Session, connection_id: str, *, detail: str, schedule: str) -> None:
    """Describe a connection anew. Its id, its name and its anchor stay."""
    known = update(connection).where(connection.c.id == connection_id)
    session.execute(known.values(detail=detail, schedule=schedule))


def connections(session: Session) -> list[StoredConnection]:
    """All of them, by name."""
    rows = session.execute(select(connection).order_by(connection.c.name))
    return [_connection(row) for row in rows]


def connection_named(session: Session, name: str) -> StoredConnection:
    """The one with this id, else with this name. Raises NotFoundError naming those there are."""
    is_id = connection.c.id == name
    found = select(connection).where((connection.c.name == name) | is_id)
    # an id is never taken for the name that somebody gave another
    row = session.execute(found.order_by(case((is_id, 0), else_=1))).first()
    if row is None:
        known = ", ".join(one.name for one in connections(session)) or "none yet"
        raise NotFoundError(
            f"There is no connection {name!r} (known: {known}): see `annexa connection list`.",
            code="connection_unknown",
        )
    return _connection(row)


def _connection(row: Row[tuple[object, ...]]) -> StoredConnection:
    return StoredConnection(**row._asdict())
