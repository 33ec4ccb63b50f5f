"""Runs: one a connection and slot, whoever asks first, and what became of each night."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Row, Select, func, inspect, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.db.engine.instant import Instant
from app.db.engine.tables import run
from app.errors import NotFoundError
from app.evidence.observed import Night

UNFINISHED = ("planned", "running")
FINISHED = ("complete", "complete_with_gaps", "failed", "missed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One snapshot of a connection for a slot."""

    id: str
    connection_id: str
    slot: datetime
    state: str
    """planned, running, complete, complete_with_gaps, failed or missed."""
    reason: str
    """Why it runs: scheduled, catch_up, manual; for a missed slot, scheduled."""
    claimed_by: str
    started_at: datetime | None
    finished_at: datetime | None
    detail: str


def claim_slot(
    session: Session,
    connection_id: str,
    slot: datetime,
    reason: str,
    claimed_by: str,
    *,
    run_id: str | None = None,
    state: str = "planned",
) -> str | None:
    """Id of the new run, or None when another already has this slot. `run_id`: for reindex."""
    made = _insert(session).values(
        id=run_id or str(uuid.uuid4()),
        connection_id=connection_id,
        slot=slot,
        state=state,
        reason=reason,
        claimed_by=claimed_by,
        detail="",
    )
    return session.execute(made.on_conflict_do_nothing().returning(run.c.id)).scalar()


def record_missed(
    session: Session,
    connection_id: str,
    slot: datetime,
    detail: str,
    *,
    run_id: str | None = None,
    reason: str = "scheduled",
) -> str | None:
    """Note that a slot passed uncollected. Its run id, or None when the slot has a run.

    `reason` is why it was to run: a run by hand that was missed is no night of the schedule.
    """
    missed = claim_slot(session, connection_id, slot, reason, "", run_id=run_id, state="missed")
    if missed is not None:
        session.execute(update(run).where(run.c.id == missed).values(detail=detail))
    return missed


def set_run_state(
    session: Session,
    run_id: str,
    state: str,
    *,
    at: datetime,
    detail: str = "",
    only_from: tuple[str, ...] = (),
) -> bool:
    """Move a run on; `running` stamps its first start, a final state its end.

    False, and nothing changed, when `only_from` is given and the run is in another state: of
    several workers one may start it.
    """
    values: dict[str, object] = {"state": state, "detail": detail}
    if state == "running":
        values["started_at"] = func.coalesce(run.c.started_at, literal(at, Instant))
    elif state in FINISHED:
        values["finished_at"] = at
    change = update(run).where(run.c.id == run_id).values(values)
    if only_from:
        change = change.where(run.c.state.in_(only_from))
    done = session.execute(change)
    return isinstance(done, CursorResult) and done.rowcount == 1


def note_trouble(session: Session, run_id: str, detail: str) -> None:
    """Note why an unfinished run could not go on; shown until it does."""
    session.execute(update(run).where(run.c.id == run_id).values(detail=detail))


def run_by_id(session: Session, run_id: str) -> Run:
    """One run. Raises NotFoundError."""
    row = session.execute(select(run).where(run.c.id == run_id)).first()
    if row is None:
        raise NotFoundError(
            f"There is no run {run_id!r}: see `annexa status`. One that had not begun when the "
            "index was lost is forgotten: ask for it again.",
            code="run_unknown",
        )
    return _run(row)


def runs(
    session: Session,
    connection_id: str | None = None,
    *,
    before: datetime | None = None,
    limit: int | None = None,
) -> list[Run]:
    """Newest slots first. `before` is the slot to go on from."""
    asked = select(run).order_by(run.c.slot.desc(), run.c.id).limit(limit)
    if connection_id is not None:
        asked = asked.where(run.c.connection_id == connection_id)
    if before is not None:
        asked = asked.where(run.c.slot < before)
    return _runs(session, asked)


def unfinished_runs(session: Session) -> list[Run]:
    """Planned and running ones, oldest slot first: what a restart has to take up again."""
    return _runs(session, select(run).where(run.c.state.in_(UNFINISHED)).order_by(run.c.slot))


def planned_runs(session: Session) -> list[Run]:
    """Runs that nothing sealed tells of yet; none in an index of another shape."""
    if not inspect(session.connection()).has_table(run.name):
        return []
    try:
        with session.begin_nested():
            return _runs(session, select(run).where(run.c.state == "planned"))
    except (DatabaseError, ValueError):
        return []  # whoever rebuilds an index that cannot be read begins anew


def last_planned(session: Session, connection_id: str) -> datetime | None:
    """The newest slot that the schedule planned or missed. Manual runs are no nights of it."""
    newest: datetime | None = session.scalar(
        select(func.max(run.c.slot)).where(
            run.c.connection_id == connection_id, run.c.reason != "manual"
        )
    )
    return newest


def nights(session: Session, connection_id: str, start: datetime, end: datetime) -> list[Night]:
    """Every night of the period, both ends included, oldest first."""
    asked = select(run).where(run.c.connection_id == connection_id, run.c.slot.between(start, end))
    return [night_of(one) for one in _runs(session, asked.order_by(run.c.slot))]


def night_of(one: Run) -> Night:
    """A run as a night of its connection."""
    return Night(
        slot=one.slot,
        state=one.state,
        run_id=one.id,
        finished_at=one.finished_at,
        detail=one.detail,
        trigger=one.reason,
        started_at=one.started_at,
    )


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(run)
    return postgresql.insert(run)


def _runs(session: Session, asked: Select[tuple[object, ...]]) -> list[Run]:
    return [_run(row) for row in session.execute(asked)]


def _run(row: Row[tuple[object, ...]]) -> Run:
    return Run(**row._asdict())
