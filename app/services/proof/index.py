"""Does the index say what was sealed? Row by row against the entries and their verdicts."""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from app.controls.ground import Facts
from app.db.engine.append_only import REBUILD
from app.db.rows.connections import connections
from app.db.rows.evidence import gaps, indexed_size, records, removals
from app.db.rows.runs import nights
from app.db.rows.verdicts import intervals, night_counts
from app.errors import AppError, IndexUnavailableError
from app.evidence.record import utc
from app.evidence.run_state import RunState
from app.schedule.connection import connection_of
from app.services.home.installation import Ports
from app.services.index.sealed_nights import SealedNights, sealed_nights
from app.services.proof.entries import Finding

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
INDEX = "index"
"""Begins the key of each finding that is of the index and not of the store."""
SHOWN = 5
"""Differences named of each kind and connection: one is enough to know, all would hide others."""
T = TypeVar("T")
K = TypeVar("K")


def head_findings(ports: Ports) -> Iterator[Finding]:
    """Whether the log continues the last checkpoint signed here. Other faults are not told."""
    try:
        ports.open_log().need_continued()
    except AppError as error:
        if error.kind == "log_rolled_back":
            yield Finding(key="checkpoint/", reason=error.message, code=error.kind)


def whole_index_findings(ports: Ports, *, compared: bool) -> Iterator[Finding]:
    """Whether the index can be used, says what is sealed (if `compared`), and is guarded.

    One that cannot be used is a finding, so that the store can be verified all the same.
    """
    fault: AppError | None = ports.database.fault
    try:
        if fault is None and compared:
            yield from _compared_findings(ports)
        if fault is None:
            yield from _guard_findings(ports)
    except IndexUnavailableError as error:
        fault = error
    if fault is not None:
        yield Finding(key=INDEX, reason=fault.message, code=fault.kind)


def _guard_findings(ports: Ports) -> Iterator[Finding]:
    """Whether the triggers that refuse changes stand in the index."""
    missing = ports.database.unguarded()
    if missing:
        said = f"it lost its protection against changes ({', '.join(missing)}): {REBUILD}"
        yield Finding(key=INDEX, reason=said, code="index_unprotected")


def _compared_findings(ports: Ports) -> Iterator[Finding]:
    """Where the index differs from what is sealed, as far as it has indexed.

    For a store without faults. Raises NotFoundError when an object of it is missing.
    """
    with ports.database.read() as session:
        known = indexed_size(session)
        log = ports.open_log()  # after the index was asked: somebody may write meanwhile
        if known > log.size:
            said = f"it knows {known} entries, the store's log ends at {log.size}"
            yield Finding(key="checkpoint/", reason=f"the index: {said}", code="log_rolled_back")
            return
        if known < log.sealed_size:
            said = f"it is {log.sealed_size - known} entries behind; any command brings it up"
            yield Finding(key=INDEX, reason=said, broken=False)
        sealed = sealed_nights(ports.store, log.entries(end=known))
        held = {one.id: connection_of(json.loads(one.detail)) for one in connections(session)}
        told = {key: found.connection for key, found in sealed.items()}
        yield from _differing("connection", told, held)
        for connection_id in sorted({*sealed, *held}):
            found = sealed.get(connection_id) or SealedNights(ports.store)
            yield from _of_connection(session, connection_id, found.facts(FIRST, LAST))


def _of_connection(session: Session, connection_id: str, told: Facts) -> Iterator[Finding]:
    asked = (connection_id, FIRST, LAST)
    yield from _rows("record", told.records, records(session, *asked), lambda row: row.seq)
    yield from _rows(
        "gap",
        told.gaps,
        gaps(session, *asked),
        lambda row: (row.record_seq, row.read, row.subject),
    )
    yield from _rows(
        "removal",
        told.removals,
        removals(session, *asked),
        lambda row: (utc(row.slot), row.subject),
    )
    yield from _rows(
        "night_count",
        told.counts,
        night_counts(session, connection_id, None, FIRST, LAST),
        lambda row: (utc(row.slot), row.check_id),
    )
    yield from _rows(
        "verdict_interval",
        told.intervals,
        intervals(session, connection_id, None, FIRST, LAST),
        lambda row: (row.check_id, row.subject, utc(row.first_slot)),
    )
    sealed = {utc(night.slot): night.state for night in told.nights}
    known = {utc(night.slot): night.state for night in nights(session, *asked)}
    # what is only planned has no entry yet
    planned = RunState.PLANNED
    begun = {slot: state for slot, state in known.items() if slot in sealed or state != planned}
    yield from _differing("run", sealed, begun)


def _rows(
    table: str, sealed: Iterable[T], held: Iterable[T], key: Callable[[T], Hashable]
) -> Iterator[Finding]:
    yield from _differing(table, _by(sealed, key), _by(held, key))


def _by(rows: Iterable[T], key: Callable[[T], Hashable]) -> dict[Hashable, list[T]]:
    found: dict[Hashable, list[T]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _differing(
    table: str, sealed: Mapping[K, object], held: Mapping[K, object]
) -> Iterator[Finding]:
    names = [n for n in dict.fromkeys([*sealed, *held]) if sealed.get(n) != held.get(n)]
    rest = f" ({len(names)} rows differ)" if len(names) > SHOWN else ""
    for name in names[:SHOWN]:
        said = _said(sealed=name in sealed, held=name in held)
        about = ", ".join(map(str, name)) if isinstance(name, tuple) else str(name)
        reason = f"{said}; rebuild it with `annexa reindex` and find out who altered it{rest}"
        yield Finding(key=f"{INDEX}/{table}: {about}", reason=reason, code="index_altered")


def _said(*, sealed: bool, held: bool) -> str:
    if sealed and held:
        return "the index says otherwise than the sealed entries"
    return "sealed, yet missing from the index" if sealed else "in the index, yet never sealed"
