"""From entries of the log to rows of the index: the same way after a run, a crash or a reindex."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from app.db.engine.database import take_turn
from app.db.engine.rebuild import Bring, built_beside, swap_in
from app.db.rows.connections import (
    StoredConnection,
    add_connection,
    change_connection,
    connection_named,
)
from app.db.rows.evidence import Origin, add_record, indexed_size, record_digest
from app.db.rows.judged import add_rejudged
from app.db.rows.log import add_event, event_at
from app.db.rows.packs import StoredPack, add_pack
from app.db.rows.runs import (
    UNFINISHED,
    claim_slot,
    nights,
    planned_runs,
    record_missed,
    set_run_state,
)
from app.db.rows.tokens import ApiToken, add_token, revoke_token
from app.db.rows.verdicts import newest_folded
from app.errors import RefusedError
from app.evidence.canonical import parse, sha256
from app.evidence.observed import SealedRecord
from app.evidence.record import RECORD_SCHEMA, Event, entry_key, instant
from app.evidence.rejudged import REJUDGED, rejudgings
from app.evidence.replay import removed_in
from app.schedule.connection_history import ADDED, described
from app.services.home.installation import Ports
from app.services.index.checkpoints import index_checkpoints
from app.services.index.night_verdicts import fold_all_nights, fold_night
from app.services.log.checkpoints import checkpoint_sizes
from app.services.log.evidence_log import EvidenceLog
from app.services.log.rollback import rolled_back
from app.store.base import Store
from collectors.kit import Gap, GapKind

Entry = Mapping[str, Any]
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
    return _index(ports, start, sealed)


def reindex(ports: Ports, told: Told | None = None) -> int:
    """Rebuild the index from the store, beside the one in use, and swap. Number of entries.

    Whoever reads sees the old index until all of the new one is there. Runs that are only planned
    are in no entry yet: they are taken over from the old index. Raises UnavailableError; whatever
    happens, the old index stays until the new one is whole.
    """
    with built_beside(ports.database) as beside:
        building = replace(ports, database=beside)  # the one in use may be of any shape, or empty
        done = _index(building, 0, building.open_log().size, told)
        # before the swap and in it: no reader misses one, and none planned meanwhile is lost
        with ports.database.read() as old, beside.begin() as new:
            _planned(old)(new)
        swap_in(ports.database, beside, _planned)
    return done


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
                judged_again |= _apply(session, ports.store, seq, data)
            for connection_id in judged_again:
                fold_all_nights(session, ports.store, connection_id)
        if told is not None:
            told(last, end)
    with ports.database.begin() as session:
        take_turn(session)
        index_checkpoints(session, ports.store, ports.trust.log, ports.witnesses)
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
    entry = parse(data)
    if entry["schema"] == RECORD_SCHEMA:
        return record_digest(session, seq) == sha256(data)
    known = event_at(session, seq)
    return known is not None and known.event == _sealed_event(entry)


def _entries(store: Store, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    for seq in range(first, last):
        yield seq, store.get(entry_key(seq))


def _apply(session: Session, store: Store, seq: int, data: bytes) -> set[str]:
    """Take one entry. Returns the connection whose nights it judges again, if it does."""
    entry = parse(data)
    if entry["schema"] == RECORD_SCHEMA:
        _record(session, seq, sha256(data), entry)
    else:
        _event(session, store, seq, entry)
    return {entry["detail"]["connection_id"]} if entry.get("kind") == REJUDGED else set()


def sealed_record(seq: int, digest: str, entry: Entry) -> SealedRecord:
    """A record as the pack names it, from its entry of the log."""
    run, what = entry["run"], entry["what"]
    subscription = what["scope"]["subscription_id"]
    # What a record leans on is announced by the tenant's record: counted once a night.
    own = entry["normalised"]["items"]
    told = [count for read, count in entry["completeness"].items() if read in own]
    announced = [count for count in told if count["announced"] is not None]
    return SealedRecord(
        seq=seq,
        record_id=entry["record_id"],
        slot=instant(run["slot"]),
        collector_id=what["collector"],
        scope=f"subscription/{subscription}" if subscription else "tenant",
        outcome=what["outcome"],
        collected_at=instant(entry["time"]["collected_at"]),
        sha256=digest,
        items=sum(entry["normalised"]["items"].values()),
        pages=len(entry["source"]),
        announced=sum(c["announced"] for c in announced) if announced else None,
        seen=sum(c["received"] for c in announced) if announced else None,
        controls=tuple(what["controls"]),
    )


def _record(session: Session, seq: int, digest: str, entry: Entry) -> None:
    origin = Origin(
        run_id=entry["run"]["run_id"],
        connection_id=entry["run"]["connection_id"],
        items_sha256=entry["normalised"]["sha256"],
        verdicts_sha256=entry["verdicts"]["sha256"],
        tool_version=entry["collector"]["version"],
        rules_sha256=entry["collector"]["rules_sha256"],
    )
    found = (_gap(gap) for gap in entry["what"]["gaps"])
    add_record(session, sealed_record(seq, digest, entry), origin, found, removed_in(entry))


def _gap(gap: Entry) -> Gap:
    return Gap(
        read=gap["read"],
        subject=gap["subject"],
        kind=GapKind(gap["kind"]),
        detail=gap["detail"],
    )


def _event(session: Session, store: Store, seq: int, entry: Entry) -> None:
    detail, at = entry["detail"], instant(entry["at"])
    add_event(session, seq, _sealed_event(entry))
    match entry["kind"]:
        case "connection_added" | "connection_changed" | "connection_retired":
            _connection(session, entry["kind"], detail, at)
        case "run_started":
            _run_started(session, detail, at)
        case "run_completed":
            _run_completed(session, store, detail, at)
        case "run_failed":
            _run_started(session, detail, at)
            set_run_state(session, detail["run_id"], "failed", at=at, detail=detail["reason"])
        case "slot_missed":
            slot = instant(detail["slot"])
            # An id of its own from what it is, so that a rebuilt index names it the same.
            run_id = str(uuid5(UUID(detail["connection_id"]), detail["slot"]))
            reason, connection_id = detail["reason"], detail["connection_id"]
            trigger = detail.get("trigger", "scheduled")
            missed = record_missed(
                session, connection_id, slot, reason, run_id=run_id, reason=trigger
            )
            if missed is None:
                _missed_after_all(session, detail, at)
        case "rejudged":
            add_rejudged(session, seq, rejudgings(detail))
        case "token_created" | "token_revoked":
            _token_event(session, entry["kind"], detail, at)
        case "pack_issued":
            add_pack(session, _pack(detail, at))
        case _:
            pass


def _sealed_event(entry: Entry) -> Event:
    at = instant(entry["at"])
    return Event(kind=entry["kind"], at=at, actor=entry["actor"], detail=entry["detail"])


def _connection(session: Session, kind: str, detail: Entry, at: datetime) -> None:
    if kind != ADDED:
        before = json.loads(connection_named(session, detail["id"]).detail)
        now = described(before, kind, detail, at)
        plain, schedule = json.dumps(now), now["schedule"]
        change_connection(session, detail["id"], detail=plain, schedule=schedule)
        return
    add_connection(
        session,
        StoredConnection(
            id=detail["id"],
            name=detail["name"],
            detail=json.dumps(detail),
            anchor=at,
            schedule=detail["schedule"],
        ),
    )


def _run_started(session: Session, detail: Entry, at: datetime) -> None:
    run_id = detail["run_id"]
    claim_slot(
        session,
        detail["connection_id"],
        instant(detail["slot"]),
        detail["trigger"],
        detail["by"],
        run_id=run_id,
    )
    set_run_state(session, run_id, "running", at=at, only_from=("planned", "running"))


def _missed_after_all(session: Session, detail: Entry, at: datetime) -> None:
    """A night that was planned and never begun."""
    slot = instant(detail["slot"])
    for night in nights(session, detail["connection_id"], slot, slot):
        if night.run_id is not None and night.state in UNFINISHED:
            set_run_state(session, night.run_id, "missed", at=at, detail=detail["reason"])


def _run_completed(session: Session, store: Store, detail: Entry, at: datetime) -> None:
    """Verdicts become intervals once the whole night is there."""
    connection_id, slot = detail["connection_id"], instant(detail["slot"])
    state = "complete_with_gaps" if detail["gaps"] else "complete"
    set_run_state(session, detail["run_id"], state, at=at)
    newer = newest_folded(session, connection_id)
    if newer is not None and newer > slot:
        fold_all_nights(session, store, connection_id)
    else:
        fold_night(session, store, connection_id, slot, detail["run_id"])


def _token_event(session: Session, kind: str, detail: Entry, at: datetime) -> None:
    if kind == "token_created":
        add_token(session, _token(detail, at), detail["secret_sha256"])
    else:
        revoke_token(session, detail["id"], at)


def _token(detail: Entry, at: datetime) -> ApiToken:
    return ApiToken(
        id=detail["id"],
        name=detail["name"],
        scopes=tuple(detail["scopes"]),
        created_at=at,
        expires_at=instant(detail["expires_at"]) if detail["expires_at"] else None,
        revoked_at=None,
    )


def _pack(detail: Entry, at: datetime) -> StoredPack:
    return StoredPack(
        id=detail["pack_id"],
        connection_id=detail["connection_id"],
        period_from=instant(detail["from"]),
        period_to=instant(detail["to"]),
        created_at=at,
        state="ready",
        pdf_path=detail["pdf_path"],
        bundle_path=detail["bundle_path"],
        bundle_sha256=detail["bundle_sha256"],
        detail=json.dumps(detail),
    )
