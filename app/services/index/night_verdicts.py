"""A night's verdicts become intervals of the index, by the newest rules that judged them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.orm import Session

from app.db.rows.judged import judged_records
from app.db.rows.runs import nights, run_in_slot
from app.db.rows.verdicts import NightVerdict, fold_verdicts, forget_verdicts, previous_slot
from app.evidence.canonical import sealed_json
from app.evidence.judged import JudgedRecord, Judging, Row, answers, former_answers
from app.evidence.record import derived_key, entry_key
from app.store.base import Store
from collectors.kit import Status


def fold_night(
    session: Session, store: Store, connection_id: str, slot: datetime, run_id: str
) -> None:
    """Fold a completed run's verdicts, by the newest rules that judged them.

    Raises NotFoundError when one of its objects is missing, RefusedError for a night out of order.
    """
    before = previous_slot(session, connection_id, slot)
    earlier = None if before is None else run_in_slot(session, connection_id, before)
    rows = partial(_rows, store)
    night = _judged(session, store, run_id)
    formers = former_answers(night, _judged(session, store, earlier.id) if earlier else (), rows)
    verdicts = (
        NightVerdict(check, subject, name, Status(status), reason)
        for check, subject, name, status, reason in answers(night, rows)
    )
    fold_verdicts(session, connection_id, slot, before, verdicts, formers)


def fold_all_nights(session: Session, store: Store, connection_id: str) -> None:
    """Nights were judged again, or ended after a newer one: all are folded anew, in their order."""
    forget_verdicts(session, connection_id)
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for night in nights(session, connection_id, first, last):
        if night.collected and night.run_id is not None:
            fold_night(session, store, connection_id, night.slot, night.run_id)


def _judged(session: Session, store: Store, run_id: str) -> list[JudgedRecord]:
    """Records with the rules that judged them, those an older index left out from the store."""
    return [
        one if one.sealed.rules else replace(one, sealed=_judging(store, one.seq))
        for one in judged_records(session, run_id)
    ]


def _judging(store: Store, seq: int) -> Judging:
    entry = sealed_json(store.get(entry_key(seq)))
    return Judging(rules=entry["collector"]["rules_sha256"], verdicts=entry["verdicts"]["sha256"])


def _rows(store: Store, digest: str) -> Iterable[Row]:
    rows: Iterable[Row] = sealed_json(store.get(derived_key(digest)))
    return rows
