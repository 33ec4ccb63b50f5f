"""From entries of the log to rows of the index: the same way after a run, a crash or a reindex."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from app.db.engine.database import take_turn
from app.db.engine.rebuild import Bring, built_beside, swap_in
from app.db.rows.evidence import indexed_size, record_digest
from app.db.rows.log import event_at
from app.db.rows.runs import claim_slot, planned_runs
from app.errors import RefusedError
from app.evidence.canonical import sealed_json, sha256
from app.evidence.record import RECORD_SCHEMA, entry_key, sealed_event
from app.services.home.installation import Ports
from app.services.index.checkpoints import index_checkpoints
from app.services.index.entry_rows import add_entry
from app.services.index.night_verdicts import fold_all_nights
from app.services.log.checkpoints import checkpoint_sizes
from app.services.log.evidence_log import EvidenceLog
from app.services.log.rollback import rolled_back
from app.store.base import Store

Told = Callable[[int, int], None]
BATCH = 500
"""Entries a transaction: memory and lock time stay bounded however long the log is."""


def catch_up(ports: Ports, log: EvidenceLog, told: Told | None = None) -> int:
    """Index every entry the index does not know yet. Returns how many there were.

    Raises VerificationFailedError when the log was rolled back, RefusedError when the index is
    another log's.
    """
    log.need_continued()
    with ports.database.read() as session:
        start = indexed_size(session)
        _refuse_other_log(session, ports.store, start, log.size)
    if start == 0 and log.sealed_size:
        ports.head.index_rebuilt()
    return _index(ports, start, log.size, told)


def keep_up(ports: Ports) -> int:
    """Index what is sealed and unknown to an index that was lost or restored, for whoever reads.

    Needs no writer's lock: the log only grows, and entries of unsealed runs are left to their
    writer. Returns how many there were. Raises as `catch_up`, and UnavailableError.
    """
    sealed = max(checkpoint_sizes(ports.store), default=0)
    with ports.database.read() as session:
        start = indexed_size(session)
    if start >= sealed:
        return 0
    log = ports.open_log()
    log.need_continued()
    with ports.database.read() as session:
        _refuse_other_log(session, ports.store, start, log.size)
    if start == 0:
        ports.head.index_rebuilt()
    return _index(ports, start, sealed)


def reindex(ports: Ports, told: Told | None = None) -> int:
    """Rebuild the index from the store, beside the one in use, and swap. Number of entries.

    Whoever reads sees the old index until all of the new one is there. Runs that are only planned
    are in no entry yet: they are taken over from the old index. Raises UnavailableError, and
    VerificationFailedError when the old index alone knows that the log was rolled back; whatever
    happens, the old index stays until the new one is whole.
    """
    _keep_memory(ports)
    with built_beside(ports.database) as beside:
        building = replace(ports, database=beside)  # the one in use may be of any shape, or empty
        done = _index(building, 0, building.open_log().size, told)
        # before the swap and in it: no reader misses one, and none planned meanwhile is lost
        with ports.database.read() as old, beside.begin() as new:
            _planned(old)(new)
        swap_in(ports.database, beside, _planned)
    return done


def _keep_memory(ports: Ports) -> None:
    """What only the old index remembers of the log is kept in the home folder before it goes."""
    ports.head.index_rebuilt()
    if ports.head.only_indexed():
        log = ports.open_log()
        log.need_continued()
        if log.checkpoint is not None:
            ports.head.keep(log.checkpoint.note)


def _planned(old: Session) -> Bring:
    planned = planned_runs(old)

    def bring(new: Session) -> None:
        for run in planned:
            by = run.claimed_by
            claim_slot(new, run.connection_id, run.slot, run.reason, by, run_id=run.id)

    return bring


def _index(ports: Ports, start: int, end: int, told: Told | None = None) -> int:
    for first in range(start, end, BATCH):
        last = min(first + BATCH, end)
        with ports.database.begin() as session:
            take_turn(session)
            judged_again: set[str] = set()
            # somebody else may have been here first: what is known is not applied again
            for seq, data in _entries(ports.store, max(first, indexed_size(session)), last):
                judged_again |= add_entry(session, ports.store, seq, data)
            for connection_id in judged_again:
                fold_all_nights(session, ports.store, connection_id)
        if told is not None:
            told(last, end)
    with ports.database.begin() as session:
        take_turn(session)
        index_checkpoints(session, ports.store, ports.trust.log, ports.known_authorities)
    return max(0, end - start)


def _refuse_other_log(session: Session, store: Store, known: int, size: int) -> None:
    """The last entry that the index knows must be the one that the store has in its place."""
    if known > size:
        raise rolled_back(f"the store's log ends at {size}, yet the index knows {known} entries")
    if known and not _is_same(session, known - 1, store.get(entry_key(known - 1))):
        raise RefusedError(
            f"entry {known - 1} of the index is not the one in the store: the index was altered "
            "or belongs to another log; rebuild it with `annexa reindex`",
            code="index_of_another_log",
        )


def _is_same(session: Session, seq: int, data: bytes) -> bool:
    entry = sealed_json(data)
    if entry["schema"] == RECORD_SCHEMA:
        return record_digest(session, seq) == sha256(data)
    return event_at(session, seq) == sealed_event(entry)


def _entries(store: Store, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    for seq in range(first, last):
        yield seq, store.get(entry_key(seq))
