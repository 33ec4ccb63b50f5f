"""What one entry of the log says, as rows of the index."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.db.rows.connections import (
    StoredConnection,
    add_connection,
    change_connection,
    connection_named,
)
from app.db.rows.evidence import Origin, add_record
from app.db.rows.judged import add_rejudged
from app.db.rows.log import add_event
from app.db.rows.packs import PackState, StoredPack, add_pack
from app.db.rows.runs import forget_missed, put_run, run_in_slot
from app.db.rows.tokens import ApiToken, add_token, revoke_token
from app.db.rows.verdicts import newest_folded
from app.evidence.canonical import sealed_json, sha256
from app.evidence.events.access_events import PackIssued, TokenCreated, TokenRevoked
from app.evidence.events.connection_events import ConnectionAdded, OfConnection
from app.evidence.events.fact import Fact
from app.evidence.events.kinds import fact_of
from app.evidence.events.run_events import (
    OfSlot,
    Rejudged,
    RunCompleted,
    RunFailed,
    RunStarted,
    SlotMissed,
    SlotsMissed,
    SlotsReopened,
)
from app.evidence.events.shape import naming
from app.evidence.record import RECORD_SCHEMA, Event, entry_key, sealed_event
from app.evidence.replay import removed_in
from app.evidence.run import LIFE, after, slot_by_slot
from app.evidence.sealed_record import gap_of, sealed_record
from app.schedule.connection import connection_of
from app.schedule.connection_history import described
from app.services.index.night_verdicts import fold_all_nights, fold_night
from app.store.base import Store

Entry = Mapping[str, Any]
INDEXED: tuple[type[Fact], ...] = (
    OfConnection,
    *LIFE,
    SlotsReopened,
    Rejudged,
    TokenCreated,
    TokenRevoked,
    PackIssued,
)
"""Kinds of events that are more to the index than events."""


def add_entry(session: Session, store: Store, seq: int, data: bytes) -> set[str]:
    """Take one entry. Returns the connection whose nights it judges again, if it does.

    Raises MalformedEventError, and NotFoundError when an object it names is missing.
    """
    entry = sealed_json(data)
    if entry["schema"] == RECORD_SCHEMA:
        _record(session, seq, sha256(data), entry)
        return set()
    event = sealed_event(entry)
    add_event(session, seq, event)
    with naming(entry_key(seq)):
        return _event(session, store, seq, event)


def _record(session: Session, seq: int, digest: str, entry: Entry) -> None:
    origin = Origin(
        run_id=entry["run"]["run_id"],
        connection_id=entry["run"]["connection_id"],
        items_sha256=entry["normalised"]["sha256"],
        verdicts_sha256=entry["verdicts"]["sha256"],
        tool_version=entry["collector"]["version"],
        rules_sha256=entry["collector"]["rules_sha256"],
    )
    found = map(gap_of, entry["what"]["gaps"])
    add_record(session, sealed_record(seq, digest, entry), origin, found, removed_in(entry))


def _event(session: Session, store: Store, seq: int, event: Event) -> set[str]:
    match fact_of(event, INDEXED):
        case OfConnection() as fact:
            _connection(session, fact, event.at)
        case RunStarted() | RunFailed() | SlotMissed() | SlotsMissed() as fact:
            for one in slot_by_slot(fact):
                _move_on(session, one, event.at)
        case SlotsReopened() as fact:
            forget_missed(session, fact.connection_id, fact.since)
        case RunCompleted() as fact:
            _complete(session, store, fact, event.at)
        case Rejudged() as fact:
            add_rejudged(session, seq, fact.judgings())
            return {fact.connection_id}
        case TokenCreated() as fact:
            add_token(session, _token(fact, event.at), fact.secret_sha256)
        case TokenRevoked() as fact:
            revoke_token(session, fact.id, event.at)
        case PackIssued() as fact:
            add_pack(session, _pack(fact, event))
        case _:
            pass
    return set()


def _connection(session: Session, fact: OfConnection, at: datetime) -> None:
    if isinstance(fact, ConnectionAdded):
        made = described(None, fact, at)
        told = StoredConnection(
            id=made.id,
            name=made.name,
            detail=json.dumps(made.detail()),
            anchor=at,
            schedule=made.schedule,
        )
        add_connection(session, told)
        return
    before = connection_of(json.loads(connection_named(session, fact.id).detail))
    now = described(before, fact, at)
    change_connection(session, now.id, detail=json.dumps(now.detail()), schedule=now.schedule)


def _move_on(session: Session, fact: OfSlot, at: datetime) -> None:
    before = run_in_slot(session, fact.connection_id, fact.slot)
    now = after(before, fact, at)
    if now is not None and now != before:
        put_run(session, now)


def _complete(session: Session, store: Store, fact: RunCompleted, at: datetime) -> None:
    """Verdicts become intervals once the whole night is there."""
    _move_on(session, fact, at)
    newer = newest_folded(session, fact.connection_id)
    if newer is not None and newer > fact.slot:
        fold_all_nights(session, store, fact.connection_id)
    else:
        fold_night(session, store, fact.connection_id, fact.slot, fact.run_id)


def _token(fact: TokenCreated, at: datetime) -> ApiToken:
    return ApiToken(
        id=fact.id,
        name=fact.name,
        scopes=fact.scopes,
        created_at=at,
        expires_at=fact.expires_at,
        revoked_at=None,
    )


def _pack(fact: PackIssued, event: Event) -> StoredPack:
    return StoredPack(
        id=fact.pack_id,
        connection_id=fact.connection_id,
        period_from=fact.first,
        period_to=fact.last,
        created_at=event.at,
        state=PackState.READY,
        pdf_path=fact.pdf_path,
        bundle_path=fact.bundle_path,
        bundle_sha256=fact.bundle_sha256,
        detail=json.dumps(event.detail),
    )
