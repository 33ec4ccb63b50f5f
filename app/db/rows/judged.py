"""By which rules the records of a run were judged, and judged again."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db.engine.tables import record, rejudged, run
from app.evidence.judged import JudgedRecord, Judging
from app.evidence.run_state import RunState

_COMPLETE = tuple(state.value for state in RunState if state.complete)


def judged_records(session: Session, run_id: str) -> list[JudgedRecord]:
    """Records of a run that have verdicts, by seq; of those judged again the newest answer.

    `sealed.rules` is empty where an index of an older annexa did not keep it.
    """
    asked = (
        select(
            record.c.seq,
            record.c.collector_id,
            record.c.scope,
            record.c.rules_sha256,
            record.c.verdicts_sha256,
        )
        .where(record.c.run_id == run_id, record.c.verdicts_sha256.is_not(None))
        .order_by(record.c.seq)
    )
    again = _again(session, run_id)
    return [
        JudgedRecord(
            seq=row.seq,
            collector_id=row.collector_id,
            scope=row.scope,
            sealed=Judging(rules=row.rules_sha256 or "", verdicts=row.verdicts_sha256),
            again=again.get(row.seq),
        )
        for row in session.execute(asked)
    ]


def add_rejudged(session: Session, event_seq: int, found: Iterable[tuple[int, Judging]]) -> None:
    """Add what an event of the log says of records that were judged again."""
    known = select(rejudged.c.record_seq).where(rejudged.c.event_seq == event_seq).limit(1)
    rows = [
        {
            "event_seq": event_seq,
            "record_seq": seq,
            "rules_sha256": judging.rules,
            "verdicts_sha256": judging.verdicts,
        }
        for seq, judging in found
    ]
    if rows and session.scalar(known) is None:
        session.execute(insert(rejudged), rows)


def _again(session: Session, run_id: str) -> dict[int, Judging]:
    asked = (
        select(rejudged)
        .join(record, record.c.seq == rejudged.c.record_seq)
        .where(record.c.run_id == run_id)
        .order_by(rejudged.c.event_seq)
    )
    return {
        row.record_seq: Judging(rules=row.rules_sha256, verdicts=row.verdicts_sha256)
        for row in session.execute(asked)
    }


def runs_of_other_rules(
    session: Session, connection_id: str, rules: str
) -> list[tuple[datetime, str]]:
    """(slot, run id) of completed runs with a record that these rules have not judged yet.

    Newest first. A record whose rules an older index did not keep counts as one.
    """
    by_these = (
        select(rejudged.c.record_seq)
        .where(rejudged.c.record_seq == record.c.seq, rejudged.c.rules_sha256 == rules)
        .exists()
    )
    asked = (
        select(run.c.slot, run.c.id)
        .join(record, record.c.run_id == run.c.id)
        .where(
            run.c.connection_id == connection_id,
            run.c.state.in_(_COMPLETE),
            (record.c.rules_sha256 != rules) | record.c.rules_sha256.is_(None),
            ~by_these,
        )
        .distinct()
        .order_by(run.c.slot.desc())
    )
    return [(row.slot, row.id) for row in session.execute(asked)]
