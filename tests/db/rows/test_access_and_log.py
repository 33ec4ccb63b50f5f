"""Connections, events, checkpoints, tokens and packs: kept and found again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.db.engine.database import Database
from app.db.rows.connections import StoredConnection, add_connection, connection_named, connections
from app.db.rows.log import (
    IndexedCheckpoint,
    add_checkpoint,
    add_event,
    checkpoints,
    event_at,
    events,
    latest_checkpoint,
    newest_event,
)
from app.db.rows.packs import PackState, StoredPack, add_pack, pack_by_id, packs
from app.db.rows.tokens import ApiToken, add_token, revoke_token, token_of_secret, tokens
from app.errors import NotFoundError, RefusedError
from app.evidence.events.run_events import RunStarted
from app.evidence.events.shape import MalformedEventError
from app.evidence.record import Event
from tests.db.logged import all_events

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
CONNECTION = StoredConnection(
    id="c1", name="contoso", detail='{"tenant":"t"}', anchor=AT, schedule="0 2 * * *"
)
CHECKPOINT = IndexedCheckpoint(
    size=7,
    root="ab",
    note_sha256="cd",
    signed_at=AT,
    stamped_at=None,
    authority="development",
    assurance="none",
)
TOKEN = ApiToken(
    id="t1",
    name="auditor",
    scopes=("read", "pack"),
    created_at=AT,
    expires_at=AT + timedelta(days=1),
    revoked_at=None,
)
PACK = StoredPack(
    id="p1",
    connection_id="c1",
    period_from=AT - timedelta(days=30),
    period_to=AT,
    created_at=AT,
    state=PackState.RUNNING,
)


def test_a_connection_is_found_by_name_and_by_id(database: Database) -> None:
    with database.begin() as session:
        add_connection(session, CONNECTION)
    with database.read() as session:
        assert connection_named(session, "contoso") == CONNECTION
        assert connection_named(session, "c1") == CONNECTION
        assert connections(session) == [CONNECTION]
        with pytest.raises(NotFoundError, match=r"'fabrikam' \(known: contoso\)"):
            connection_named(session, "fabrikam")


def test_an_id_is_never_taken_for_the_name_of_another(database: Database) -> None:
    namesake = replace(CONNECTION, id="a0", name=CONNECTION.id)
    with database.begin() as session:
        add_connection(session, namesake)
        add_connection(session, CONNECTION)
    with database.read() as session:
        assert connection_named(session, CONNECTION.id) == CONNECTION
        assert connection_named(session, CONNECTION.name) == CONNECTION
        assert connection_named(session, namesake.id) == namesake


def test_a_name_is_taken_once_and_the_transaction_goes_on(database: Database) -> None:
    with database.begin() as session:
        add_connection(session, CONNECTION)
        with pytest.raises(RefusedError, match="contoso exists"):
            add_connection(session, replace(CONNECTION, id="c2"))
        add_connection(session, replace(CONNECTION, id="c2", name="fabrikam"))
    with database.read() as session:
        assert [one.name for one in connections(session)] == ["contoso", "fabrikam"]


STARTED = {
    "run_id": "r1",
    "connection_id": "c1",
    "slot": "2026-11-23T02:00:00.000Z",
    "trigger": "scheduled",
    "by": "replica-1",
}


def test_events_come_back_in_the_order_of_the_log(database: Database) -> None:
    made = Event(kind="run_started", at=AT, actor="annexa", detail=STARTED)
    with database.begin() as session:
        assert add_event(session, 3, replace(made, kind="log_created"))
        assert add_event(session, 1, made)
        assert not add_event(session, 1, made)
    with database.read() as session:
        assert list(all_events(session)) == [1, 3]
        (found,) = events(session, RunStarted)
        assert (found.seq, found.event) == (1, made)
        assert found.fact == RunStarted.of(STARTED)
        assert newest_event(session, RunStarted) == found
        assert [events(session, RunStarted, before=seq) for seq in (1, 2)] == [[], [found]]
        assert event_at(session, 3) == replace(made, kind="log_created")
        assert event_at(session, 2) is None


def test_the_latest_checkpoint_covers_most(database: Database) -> None:
    stamped = replace(CHECKPOINT, size=9, stamped_at=AT)
    with database.begin() as session:
        assert latest_checkpoint(session) is None
        assert add_checkpoint(session, stamped)
        assert add_checkpoint(session, CHECKPOINT)
        assert not add_checkpoint(session, CHECKPOINT)
    with database.read() as session:
        assert latest_checkpoint(session) == stamped
        assert checkpoints(session) == [CHECKPOINT, stamped]
        assert checkpoints(session, min_size=8) == [stamped]


def test_a_token_is_found_by_its_secrets_digest_and_ends(database: Database) -> None:
    with database.begin() as session:
        add_token(session, TOKEN, "digest")
    with database.begin() as session:
        found = token_of_secret(session, "digest")
        assert found == TOKEN
        assert token_of_secret(session, "other") is None
        assert found.valid(AT)
        assert not found.valid(AT + timedelta(days=1))
        assert revoke_token(session, "t1", AT) is True
        assert revoke_token(session, "t1", AT) is False
        (revoked,) = tokens(session)
        assert not revoked.valid(AT)
        with pytest.raises(NotFoundError):
            revoke_token(session, "t2", AT)


def test_of_a_pack_that_was_issued_again_the_newest_stands(database: Database) -> None:
    again = replace(PACK, state=PackState.READY, pdf_path="packs/p1.pdf", bundle_sha256="ab")
    with database.begin() as session:
        add_pack(session, PACK)
        add_pack(session, again)
        assert pack_by_id(session, "p1") == again
        assert packs(session, "nobody") == []
        assert len(packs(session)) == 1
        with pytest.raises(NotFoundError):
            pack_by_id(session, "p2")


def test_an_event_that_cannot_be_read_is_named_by_its_place_in_the_log(database: Database) -> None:
    with database.begin() as session:
        add_event(session, 12, Event(kind=RunStarted.KIND, at=AT, actor="a", detail={}))
        with pytest.raises(MalformedEventError, match=r"000/012\.json: RunStarted has no"):
            events(session, RunStarted)
