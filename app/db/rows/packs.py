"""Packs: which were asked for, and where they lie."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from app.db.engine.tables import pack
from app.errors import NotFoundError


class PackState(StrEnum):
    """How far a pack is that somebody asked for."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPack:
    """A pack and its bundle."""

    id: str
    connection_id: str
    period_from: datetime
    period_to: datetime
    created_at: datetime
    state: PackState
    pdf_path: str | None = None
    bundle_path: str | None = None
    bundle_sha256: str | None = None
    detail: str = ""
    """JSON of the engagement; for a failed one, why."""


def add_pack(session: Session, made: StoredPack) -> None:
    """Add one. Issued again of the same evidence it has the same id, and the newest stands."""
    row = {name: getattr(made, name) for name in StoredPack.__slots__}
    row["state"] = made.state.value
    session.execute(delete(pack).where(pack.c.id == made.id))
    session.execute(insert(pack).values(row))


def pack_by_id(session: Session, pack_id: str) -> StoredPack:
    """One pack. Raises NotFoundError."""
    row = session.execute(select(pack).where(pack.c.id == pack_id)).first()
    if row is None:
        raise NotFoundError(f"There is no pack {pack_id!r}.", code="pack_unknown")
    return pack_of(row)


def packs(
    session: Session, connection_id: str | None = None, *, limit: int | None = None
) -> list[StoredPack]:
    """Newest first."""
    asked = select(pack).order_by(pack.c.created_at.desc(), pack.c.id).limit(limit)
    if connection_id is not None:
        asked = asked.where(pack.c.connection_id == connection_id)
    return [pack_of(row) for row in session.execute(asked)]


def pack_of(row: Row[tuple[object, ...]]) -> StoredPack:
    """A row of the table as a pack."""
    values = row._asdict()
    return StoredPack(**values | {"state": PackState(values["state"])})
