"""Sealed evidence as it lies in the store: looked up by the index, believed by its digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from app.db.rows.evidence import records
from app.db.rows.lists import Place, packs_after, runs_after
from app.db.rows.packs import StoredPack
from app.db.rows.runs import run_by_id
from app.errors import NotFoundError, RefusedError
from app.evidence.canonical import sealed_json, sha256
from app.evidence.observed import SealedRecord
from app.evidence.record import derived_key, entry_key, raw_key
from app.evidence.run import Run
from app.schedule.connection import Connection
from app.services.home.installation import Ports
from app.services.index.records import indexed
from app.services.log.checkpoints import found
from app.store.base import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordVerdict:
    """What a check answered on one subject in one record."""

    check_id: str
    subject: str
    subject_name: str
    status: str
    """pass, fail or unknown."""
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """Bytes as they were sealed, and their digest."""

    data: bytes
    sha256: str


def list_runs(
    ports: Ports, connection: Connection | None, after: Place | None, limit: int
) -> list[Run]:
    """Runs after a place, newest slot first."""
    with ports.database.read() as session:
        return runs_after(session, connection.id if connection else None, after, limit)


def find_run(ports: Ports, run_id: str) -> Run:
    """One run. Raises NotFoundError."""
    with ports.database.read() as session:
        return run_by_id(session, run_id)


def list_packs(
    ports: Ports, connection: Connection | None, after: Place | None, limit: int
) -> list[StoredPack]:
    """Issued packs after a place, newest first."""
    with ports.database.read() as session:
        return packs_after(session, connection.id if connection else None, after, limit)


def list_records(
    ports: Ports,
    connection: Connection,
    *,
    first: date,
    last: date,
    collector_id: str | None,
    after_seq: int,
    limit: int,
) -> list[SealedRecord]:
    """Records of the days given, both included, in the order of the log."""
    chosen = [collector_id] if collector_id else None
    start, end = instants(first, last)
    with ports.database.read() as session:
        return records(session, connection.id, start, end, chosen, limit=limit, after_seq=after_seq)


def instants(first: date, last: date) -> tuple[datetime, datetime]:
    """First and last instant of these days in UTC."""
    return datetime.combine(first, time.min, UTC), datetime.combine(last, time.max, UTC)


def read_record(ports: Ports, record_id: str) -> Sealed:
    """Canonical bytes of a record.

    Raises NotFoundError for an unknown record, RefusedError when the store no longer holds what
    was sealed: altered evidence is never shown as evidence.
    """
    sealed = indexed(ports, record_id).record
    return _intact(ports.store, entry_key(sealed.seq), sealed.sha256)


def read_raw(ports: Ports, record_id: str, digest: str) -> Sealed:
    """A body as Azure sent it, if this record names it. Raises as `read_record`."""
    named = {source["raw_sha256"] for source in _parsed(ports, record_id)["source"]}
    if digest not in named:
        raise NotFoundError(
            f"record {record_id} names no raw page {digest}; its `source` lists those it names",
            code="raw_unknown",
        )
    return _intact(ports.store, raw_key(digest), digest)


def read_verdicts(ports: Ports, record_id: str) -> list[RecordVerdict]:
    """Every verdict of a record, in the order in which it was sealed. Raises as `read_record`."""
    digest = _parsed(ports, record_id)["verdicts"]["sha256"]
    rows = sealed_json(_intact(ports.store, derived_key(digest), digest).data)
    return [
        RecordVerdict(check_id=check, subject=subject, subject_name=name, status=status, reason=why)
        for check, subject, name, status, why in rows
    ]


def _parsed(ports: Ports, record_id: str) -> Mapping[str, Any]:
    record: Mapping[str, Any] = sealed_json(read_record(ports, record_id).data)
    return record


def _intact(store: Store, key: str, digest: str) -> Sealed:
    data = found(store, key)
    if data is None or sha256(data) != digest:
        what = "is missing from" if data is None else "has other bytes in"
        raise RefusedError(
            f"{key} {what} the store than were sealed; keep everything as it is, and ask for the "
            "record's verification",
            code="evidence_altered",
        )
    return Sealed(data=data, sha256=digest)
