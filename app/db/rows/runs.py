"""Runs: one a connection and slot, whoever asks first, and what became of each night."""

import uuid
from datetime import datetime

from sqlalchemy import Row, Select, delete, func, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.db.engine.tables import run
from app.errors import NotFoundError
from app.evidence.observed import Night
from app.evidence.run import Run
from app.evidence.run_state import RunState

_UNFINISHED = tuple(state.value for state in RunState if state.unfinished)


def claim_slot(
    session: Session,
    connection_id: str,
    slot: datetime,
    reason: str,
    claimed_by: str,
    *,
    run_id: str | None = None,
) -> str | None:
    """Id of the new run, or None when another already has this slot. `run_id`: for reindex."""
    made = _insert(session).values(
        id=run_id or str(uuid.uuid4()),
        connection_id=connection_id,
        slot=slot,
        state=RunState.PLANNED.value,
        reason=reason,
        claimed_by=claimed_by,
        detail="",
    )
    return session.execute(made.on_conflict_do_nothing().returning(run.c.id)).scalar()


def put_run(session: Session, moved_on: Run) -> None:
    """Write what became of a run. A slot that another run has stays with it."""
    values = {name: getattr(moved_on, name) for name in Run.__slots__}
    values["state"] = moved_on.state.value
    session.execute(_insert(session).values(values).on_conflict_do_nothing())
    changed = {name: values[name] for name in ("state", "started_at", "finished_at", "detail")}
    own = update(run).where(run.c.id == moved_on.id, run.c.slot == moved_on.slot)
    session.execute(own.values(changed))


def forget_missed(session: Session, connection_id: str, since: datetime) -> None:
    """Slots later than this that were called missed are free again."""
    missed = (run.c.state == RunState.MISSED.value, run.c.slot > since)
    session.execute(delete(run).where(run.c.connection_id == connection_id, *missed))


def missed_after(session: Session, since: datetime) -> dict[str, int]:
    """How many slots later than this are called missed, by connection."""
    asked = select(run.c.connection_id, func.count()).where(
        run.c.state == RunState.MISSED.value, run.c.slot > since
    )
    return {row[0]: row[1] for row in session.execute(asked.group_by(run.c.connection_id))}


def run_in_slot(session: Session, connection_id: str, slot: datetime) -> Run | None:
    """The run that has a slot; None when none has."""
    asked = select(run).where(run.c.connection_id == connection_id, run.c.slot == slot)
    row = session.execute(asked).first()
    return None if row is None else run_of(row)


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
    return run_of(row)


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
    return _runs(session, select(run).where(run.c.state.in_(_UNFINISHED)).order_by(run.c.slot))


def planned_runs(session: Session) -> list[Run]:
    """Runs that nothing sealed tells of yet; none in an index of another shape."""
    if not inspect(session.connection()).has_table(run.name):
        return []
    try:
        with session.begin_nested():
            return _runs(session, select(run).where(run.c.state == RunState.PLANNED.value))
    except (DatabaseError, ValueError):
        return []  # whoever rebuilds an index that cannot be read begins anew


def last_planned(session: Session, connection_id: str, now: datetime) -> datetime | None:
    """The newest slot until now that the schedule planned or missed.

    Manual runs are no nights of it, nor is what a clock that ran ahead planned.
    """
    newest: datetime | None = session.scalar(
        select(func.max(run.c.slot)).where(
            run.c.connection_id == connection_id, run.c.reason != "manual", run.c.slot <= now
        )
    )
    return newest


def nights(session: Session, connection_id: str, start: datetime, end: datetime) -> list[Night]:
    """Every night of the period, both ends included, oldest first."""
    asked = select(run).where(run.c.connection_id == connection_id, run.c.slot.between(start, end))
    return [one.night for one in _runs(session, asked.order_by(run.c.slot))]


def run_of(row: Row[tuple[object, ...]]) -> Run:
    """A row of the table as a run."""
    values = row._asdict()
    return Run(**values | {"state": RunState(values["state"])})


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(run)
    return postgresql.insert(run)


def _runs(session: Session, asked: Select[tuple[object, ...]]) -> list[Run]:
    return [run_of(row) for row in session.execute(asked)]
