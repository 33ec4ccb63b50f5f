"""Verdicts as intervals: a row a change, not a row a night, and the counts of each night.

An interval covers every *collected* slot from its first to its last. Nights without collection in
between do not break it; a collected night without this verdict does. Azure spells the id of one
subject in several cases: they are one subject, shown as it was spelt last.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from app.db.engine.tables import night_count, verdict_interval
from app.db.rows.folding import Fold, standing, standing_key
from app.errors import RefusedError
from app.evidence.judged import FormerAnswer, Key
from app.evidence.observed import Former, Interval, NightCount
from collectors.kit import Status

NOTHING_ELSE: Mapping[Key, FormerAnswer] = MappingProxyType({})
_WORST = {Status.PASS: 0, Status.UNKNOWN: 1, Status.FAIL: 2}


class NightVerdict(NamedTuple):
    """One verdict of one night, on its way into the index."""

    check_id: str
    subject: str
    subject_name: str
    status: Status
    reason: str


def fold_verdicts(
    session: Session,
    connection_id: str,
    slot: datetime,
    previous_slot: datetime | None,
    rows: Iterable[NightVerdict],
    formers: Mapping[Key, FormerAnswer] = NOTHING_ELSE,
) -> None:
    """Fold one night's verdicts, or any part of them, into intervals and counts.

    `previous_slot` is the connection's collected slot before (see `previous_slot`). Parts may
    come in any order, and again: repeated verdicts change nothing, other ones replace what the
    same slot held. Of two verdicts on one subject the worse stands. `formers` are what other rules
    said (`app.evidence.judged.former_answers`). Raises RefusedError when a
    newer slot was folded already: nights are folded in their order.
    """
    _refuse_older(session, connection_id, slot)
    wanted: dict[tuple[str, str], NightVerdict] = {}
    for row in rows:
        key = standing_key(row.check_id, row.subject)
        other = wanted.get(key)
        if other is None or _WORST[row.status] > _WORST[other.status]:
            wanted[key] = row
    fold = Fold(connection_id, slot, previous_slot)
    there = standing(session, connection_id, wanted, slot, previous_slot)
    for key, row in wanted.items():
        now, before = there.get((*key, slot)), there.get((*key, previous_slot))
        fold.take(row, now, before, formers.get(key))
    fold.write(session)


def previous_slot(session: Session, connection_id: str, slot: datetime) -> datetime | None:
    """The newest slot before this one of which the index holds verdicts."""
    asked = select(func.max(night_count.c.slot)).where(
        night_count.c.connection_id == connection_id, night_count.c.slot < slot
    )
    newest: datetime | None = session.scalar(asked)
    return newest


def newest_folded(session: Session, connection_id: str) -> datetime | None:
    """The newest slot of which the index holds verdicts."""
    newest: datetime | None = session.scalar(
        select(func.max(night_count.c.slot)).where(night_count.c.connection_id == connection_id)
    )
    return newest


def oldest_folded(session: Session, connection_id: str) -> datetime | None:
    """The first slot of which the index holds verdicts."""
    oldest: datetime | None = session.scalar(
        select(func.min(night_count.c.slot)).where(night_count.c.connection_id == connection_id)
    )
    return oldest


def forget_verdicts(session: Session, connection_id: str) -> None:
    """Drop a connection's intervals and counts, to fold its nights again from the store."""
    for table in (verdict_interval, night_count):
        session.execute(delete(table).where(table.c.connection_id == connection_id))


def intervals(
    session: Session,
    connection_id: str,
    check_ids: Sequence[str] | None,
    start: datetime,
    end: datetime,
) -> list[Interval]:
    """Intervals that touch the period, both ends included, by check, subject and time.

    `check_ids` None means every check.
    """
    table = verdict_interval.c
    asked = (
        select(verdict_interval)
        .where(
            table.connection_id == connection_id,
            table.last_slot >= start,
            table.first_slot <= end,
        )
        .order_by(table.check_id, table.subject, table.first_slot)
    )
    if check_ids is not None:
        asked = asked.where(table.check_id.in_(check_ids))
    return [_interval(row) for row in session.execute(asked)]


def verdict_on(
    session: Session, connection_id: str, check_id: str, subject: str, slot: datetime
) -> Interval | None:
    """The verdict of one night and the interval around it; None if that night has none."""
    table = verdict_interval.c
    collected = select(night_count.c.slot).where(
        night_count.c.connection_id == connection_id,
        night_count.c.slot == slot,
        night_count.c.check_id == check_id,
    )
    asked = select(verdict_interval).where(
        table.connection_id == connection_id,
        table.check_id == check_id,
        func.lower(table.subject) == subject.lower(),
        table.first_slot <= slot,
        table.last_slot >= slot,
        collected.exists(),
    )
    row = session.execute(asked).first()
    return None if row is None else _interval(row)


def night_counts(
    session: Session,
    connection_id: str,
    check_ids: Sequence[str] | None,
    start: datetime,
    end: datetime,
) -> list[NightCount]:
    """Counts of the period, both ends included, by slot and check."""
    asked = (
        select(night_count)
        .where(night_count.c.connection_id == connection_id, night_count.c.slot.between(start, end))
        .order_by(night_count.c.slot, night_count.c.check_id)
    )
    if check_ids is not None:
        asked = asked.where(night_count.c.check_id.in_(check_ids))
    return [
        NightCount(
            slot=row.slot,
            check_id=row.check_id,
            passed=row.passed,
            failed=row.failed,
            unknown=row.unknown,
        )
        for row in session.execute(asked)
    ]


def first_asked(session: Session, connection_id: str) -> dict[str, datetime]:
    """The first slot in which each check was answered, by its id."""
    asked = (
        select(night_count.c.check_id, func.min(night_count.c.slot))
        .where(night_count.c.connection_id == connection_id)
        .group_by(night_count.c.check_id)
    )
    return {check_id: first for check_id, first in session.execute(asked)}  # noqa: C416 - rows


def judged_otherwise(
    session: Session, connection_id: str, slot: datetime
) -> list[tuple[datetime | None, Status, Status, int]]:
    """Of a night, how many verdicts other rules gave otherwise: since, then, now, how many."""
    table = verdict_interval.c
    ways = (table.former_since, table.former_status, table.status)
    asked = (
        select(*ways, func.count())
        .where(
            table.connection_id == connection_id,
            table.last_slot >= slot,
            table.first_slot <= slot,
            table.former_status.is_not(None),
        )
        .group_by(*ways)
        .order_by(*ways)
    )
    return [
        (since, Status(then), Status(now), count)
        for since, then, now, count in session.execute(asked)
    ]


def _refuse_older(session: Session, connection_id: str, slot: datetime) -> None:
    newer = select(verdict_interval.c.id).where(
        verdict_interval.c.connection_id == connection_id, verdict_interval.c.last_slot > slot
    )
    if session.execute(newer.limit(1)).first() is not None:
        raise RefusedError(
            f"The index holds verdicts of a newer night than {slot.isoformat()}: nights are indexed"
            " in their order. Run `annexa reindex` to rebuild the index.",
            code="night_out_of_order",
        )


def _interval(row: Row[tuple[object, ...]]) -> Interval:
    values = row._asdict()
    values["status"] = Status(values["status"])
    former = values["former_status"]
    values["former"] = former and Former(
        status=Status(former), reason=values["former_reason"], since=values["former_since"]
    )
    return Interval(**{name: values[name] for name in Interval.__slots__})
