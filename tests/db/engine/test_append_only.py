"""Sealed rows cannot be changed through the database, whichever way is tried."""
# ruff: noqa: S608 - statements are made of this file's own names

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.engine.append_only import GUARDED, assert_guarded
from app.db.engine.database import Database
from app.errors import RefusedError

ROWS = {
    "record": (
        "INSERT INTO record VALUES (0,'r','run','c','slot','col','tenant','collected','aa','t',"
        "1,1,NULL,NULL,'[]',NULL,NULL,'0.1',NULL)"
    ),
    "gap": "INSERT INTO gap VALUES (1,0,'c','slot','col','tenant','read',NULL,'denied','x')",
    "ledger": "INSERT INTO ledger VALUES ('run','tenant','col',0)",
    "checkpoint": "INSERT INTO checkpoint VALUES (1,'aa','bb','t',NULL,'dev','none')",
    "event": "INSERT INTO event VALUES (1,'run_started','t','annexa','{}')",
    "rejudged": "INSERT INTO rejudged VALUES (1,0,'aa','bb')",
    "removal": "INSERT INTO removal VALUES (1,0,'c','slot','/subscriptions/s')",
}
COLUMN = {
    "record": "sha256", "gap": "detail", "ledger": "seq", "checkpoint": "root", "event": "detail",
    "rejudged": "rules_sha256", "removal": "subject",
}  # fmt: skip
KEYS = {
    "record": "seq", "gap": "id", "ledger": "run_id,scope,collector_id", "checkpoint": "size",
    "event": "seq", "rejudged": "event_seq,record_seq", "removal": "id",
}  # fmt: skip


@pytest.fixture
def filled(database: Database) -> Database:
    with database.begin() as session:
        for row in ROWS.values():
            session.execute(text(row))
    return database


def refused(database: Database, statement: str, *before: str) -> str:
    with database.engine.connect() as connection:
        for line in before:
            connection.execute(text(line))
        with pytest.raises(DBAPIError) as refusal:
            connection.execute(text(statement))
    return str(refusal.value.orig)


@pytest.mark.parametrize("table", GUARDED)
def test_update_delete_and_upsert_are_refused(filled: Database, table: str) -> None:
    column = COLUMN[table]
    changes = [
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"{ROWS[table]} ON CONFLICT ({KEYS[table]}) DO UPDATE SET {column} = excluded.{column}",
    ]
    for change in changes:
        assert "append-only" in refused(filled, change)


@pytest.mark.parametrize("table", GUARDED)
def test_each_engines_own_ways_around_are_refused(filled: Database, table: str) -> None:
    if filled.engine.dialect.name == "sqlite":
        for way in ("REPLACE", "IGNORE", "ABORT"):
            change = ROWS[table].replace("INSERT INTO", f"INSERT OR {way} INTO")
            assert "append-only" in refused(filled, change)
        change = f"UPDATE OR REPLACE {table} SET {COLUMN[table]} = {COLUMN[table]}"
        assert "append-only" in refused(filled, change)
        return
    assert "append-only" in refused(filled, f"TRUNCATE {table} CASCADE")
    replica = "SET session_replication_role = replica"
    assert "append-only" in refused(filled, f"DELETE FROM {table}", replica)


def test_a_record_cannot_be_replaced_through_its_second_key(filled: Database) -> None:
    if filled.engine.dialect.name == "sqlite":
        other = ROWS["record"].replace("VALUES (0,", "VALUES (7,")
        change = other.replace("INSERT INTO", "INSERT OR REPLACE INTO")
        assert "append-only" in refused(filled, change)
    else:
        refused(filled, ROWS["record"].replace("VALUES (0,", "VALUES (7,"))


def test_a_missing_trigger_is_found_at_start_up(filled: Database) -> None:
    sqlite = filled.engine.dialect.name == "sqlite"
    name = "event_no_delete" if sqlite else "event_no_change"
    with filled.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {name}" + ("" if sqlite else " ON event")))
    with pytest.raises(RefusedError, match=f"lost its protection.*{name}.*annexa reindex"):
        assert_guarded(filled.engine)


def test_a_trigger_made_harmless_is_found_at_start_up(filled: Database) -> None:
    with filled.engine.begin() as connection:
        if filled.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER gap_no_update"))
            connection.execute(
                text("CREATE TRIGGER gap_no_update BEFORE UPDATE ON gap BEGIN SELECT 1; END")
            )
        else:
            connection.execute(
                text(
                    "CREATE OR REPLACE FUNCTION annexa_refuse_change() RETURNS trigger"
                    " LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
                )
            )
    with pytest.raises(RefusedError, match="gap_no_"):
        assert_guarded(filled.engine)


def test_a_disabled_trigger_is_found_at_start_up(filled: Database) -> None:
    if filled.engine.dialect.name == "sqlite":
        return  # SQLite cannot disable a trigger, only drop it
    with filled.engine.begin() as connection:
        connection.execute(text("ALTER TABLE record DISABLE TRIGGER ALL"))
    with pytest.raises(RefusedError, match="record_no_change, record_no_truncate"):
        assert_guarded(filled.engine)
