"""Sealed records, their gaps, and the ledger of what a run has finished."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, case, func, insert, select
from sqlalchemy.orm import Session

from app.db.engine.tables import event, gap, ledger, record, removal
from app.errors import NotFoundError, RefusedError
from app.evidence.observed import Removal, SealedRecord, SeenGap
from collectors.kit import Gap, GapKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What a record belongs to and points at, besides what people are shown of it."""

    run_id: str
    connection_id: str
    items_sha256: str | None
    """Digest of the derived items in the store; None when there are none."""
    verdicts_sha256: str | None
    tool_version: str
    rules_sha256: str | None
    """Digest of the rules that judged it; None where an older index did not keep it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexedRecord:
    """A record and where it comes from."""

    record: SealedRecord
    origin: Origin


def add_record(
    session: Session,
    sealed: SealedRecord,
    origin: Origin,
    gaps: Iterable[Gap] = (),
    removed: Iterable[str] = (),
) -> bool:
    """Add a record, its gaps, what it proves to be removed, and its ledger row together.

    False if it was there already.
    Raises RefusedError when this place of the log holds another record: the index and the store
    belong to different logs.
    """
    if _known(session, sealed):
        return False
    place = {
        "connection_id": origin.connection_id,
        "slot": sealed.slot,
        "collector_id": sealed.collector_id,
        "scope": sealed.scope,
    }
    session.execute(insert(record).values(_record_row(sealed, origin)))
    seen = [place | _gap_row(one) | {"record_seq": sealed.seq} for one in gaps]
    if seen:
        session.execute(insert(gap), seen)
    proofs = [
        {
            "record_seq": sealed.seq,
            "connection_id": origin.connection_id,
            "slot": sealed.slot,
            "subject": subject,
        }
        for subject in removed
    ]
    if proofs:
        session.execute(insert(removal), proofs)
    done = {"run_id": origin.run_id, "scope": sealed.scope, "collector_id": sealed.collector_id}
    session.execute(insert(ledger).values(**done, seq=sealed.seq))
    return True


def done_scopes(session: Session, run_id: str) -> set[tuple[str, str]]:
    """(scope, collector id) of all that this run has sealed: a resumed run leaves them out."""
    asked = select(ledger.c.scope, ledger.c.collector_id).where(ledger.c.run_id == run_id)
    return {(row.scope, row.collector_id) for row in session.execute(asked)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Newest:
    """The newest record of a collector and scope."""

    seq: int
    whole_seq: int | None
    """The newest one that was collected without refusal or failure, if there is one."""
    slot: datetime


def newest_records(
    session: Session, connection_id: str, *, but: str
) -> dict[tuple[str, str], Newest]:
    """Of each (scope, collector id) the newest record sealed by another run than `but`."""
    whole = case((record.c.outcome.in_(("collected", "empty")), record.c.seq))
    asked = (
        select(
            record.c.scope,
            record.c.collector_id,
            func.max(record.c.seq).label("seq"),
            func.max(whole).label("whole_seq"),
            func.max(record.c.slot).label("slot"),
        )
        .where(record.c.connection_id == connection_id, record.c.run_id != but)
        .group_by(record.c.scope, record.c.collector_id)
    )
    return {
        (row.scope, row.collector_id): Newest(seq=row.seq, whole_seq=row.whole_seq, slot=row.slot)
        for row in session.execute(asked)
    }


def seqs_before(
    session: Session, connection_id: str, scope: str, collector_id: str, seq: int
) -> list[int]:
    """Places of the records of a scope and collector before one, the newest first."""
    asked = (
        select(record.c.seq)
        .where(
            record.c.connection_id == connection_id,
            record.c.scope == scope,
            record.c.collector_id == collector_id,
            record.c.seq < seq,
        )
        .order_by(record.c.seq.desc())
    )
    return list(session.scalars(asked))


def records(
    session: Session,
    connection_id: str,
    start: datetime,
    end: datetime,
    collector_ids: Sequence[str] | None = None,
    *,
    limit: int | None = None,
    after_seq: int = -1,
) -> list[SealedRecord]:
    """Records of a connection whose slot lies in the period, both ends included, by seq."""
    asked = (
        select(record)
        .where(
            record.c.connection_id == connection_id,
            record.c.slot.between(start, end),
            record.c.seq > after_seq,
        )
        .order_by(record.c.seq)
        .limit(limit)
    )
    if collector_ids is not None:
        asked = asked.where(record.c.collector_id.in_(collector_ids))
    return [one.record for one in _indexed(session, asked)]


def run_records(session: Session, run_id: str) -> list[IndexedRecord]:
    """What one run sealed, by seq."""
    asked = select(record).where(record.c.run_id == run_id).order_by(record.c.seq)
    return _indexed(session, asked)


def record_by_id(session: Session, record_id: str) -> IndexedRecord:
    """One record. Raises NotFoundError."""
    return _one(session, select(record).where(record.c.record_id == record_id), record_id)


def gaps(
    session: Session,
    connection_id: str,
    start: datetime,
    end: datetime,
    collector_ids: Sequence[str] | None = None,
) -> list[SeenGap]:
    """Gaps of a connection in the period, both ends included, in the order they were sealed."""
    asked = (
        select(gap)
        .where(gap.c.connection_id == connection_id, gap.c.slot.between(start, end))
        .order_by(gap.c.record_seq, gap.c.id)
    )
    if collector_ids is not None:
        asked = asked.where(gap.c.collector_id.in_(collector_ids))
    return [_gap(row) for row in session.execute(asked)]


def removals(session: Session, connection_id: str, start: datetime, end: datetime) -> list[Removal]:
    """What records of the period prove to be gone, both ends included, as they were sealed."""
    asked = (
        select(removal.c.slot, removal.c.subject)
        .where(removal.c.connection_id == connection_id, removal.c.slot.between(start, end))
        .order_by(removal.c.record_seq, removal.c.id)
    )
    return [Removal(slot=row.slot, subject=row.subject) for row in session.execute(asked)]


def indexed_size(session: Session) -> int:
    """How many entries of the log the index covers: one more than the highest seq it knows."""
    highest = [session.scalar(select(func.max(table.c.seq))) for table in (record, event)]
    return max(-1 if seq is None else seq for seq in highest) + 1


def record_digest(session: Session, seq: int) -> str | None:
    """SHA-256 of the record at this place of the log; None when the index has none there."""
    digest: str | None = session.scalar(select(record.c.sha256).where(record.c.seq == seq))
    return digest


def _known(session: Session, sealed: SealedRecord) -> bool:
    standing = record_digest(session, sealed.seq)
    if standing is not None and standing != sealed.sha256:
        raise RefusedError(
            f"The index holds another record as entry {sealed.seq} than the store: it belongs to "
            "another log. Run `annexa reindex` to rebuild it from the store.",
            code="index_of_another_log",
        )
    return standing is not None


def _record_row(sealed: SealedRecord, origin: Origin) -> dict[str, object]:
    row = {name: getattr(sealed, name) for name in SealedRecord.__slots__}
    row |= {name: getattr(origin, name) for name in Origin.__slots__}
    return row | {"controls": json.dumps(sealed.controls)}


def _gap_row(one: Gap) -> dict[str, object]:
    return {
        "read": one.read,
        "subject": one.subject,
        "kind": one.kind.value,
        "detail": one.detail,
    }


def _one(session: Session, asked: Select[tuple[object, ...]], name: str) -> IndexedRecord:
    found = _indexed(session, asked)
    if not found:
        raise NotFoundError(f"There is no record {name!r} in the index.", code="record_unknown")
    return found[0]


def _indexed(session: Session, asked: Select[tuple[object, ...]]) -> list[IndexedRecord]:
    return [_record(row) for row in session.execute(asked)]


def _record(row: Row[tuple[object, ...]]) -> IndexedRecord:
    values = row._asdict()
    values["controls"] = tuple(json.loads(values["controls"]))
    origin = Origin(**{name: values.pop(name) for name in Origin.__slots__})
    return IndexedRecord(record=SealedRecord(**values), origin=origin)


def _gap(row: Row[tuple[object, ...]]) -> SeenGap:
    values = row._asdict()
    values["kind"] = GapKind(values["kind"])
    return SeenGap(**{name: values[name] for name in SeenGap.__slots__})
