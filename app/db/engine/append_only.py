"""Append-only tables: triggers that refuse UPDATE, DELETE, TRUNCATE and REPLACE on both engines.

They stop mistakes and stolen application passwords. Whoever owns the database can drop them; the
proof that nothing was altered is the sealed log, never these triggers.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, text

from app.errors import RefusedError

GUARDED = {
    "record": ("seq", "record_id"),
    "gap": ("id",),
    "ledger": ("run_id+scope+collector_id",),
    "checkpoint": ("size",),
    "event": ("seq",),
    "rejudged": ("event_seq+record_seq",),
    "removal": ("id",),
}
"""Append-only tables and their unique keys; `+` joins the columns of one key."""

REBUILD = (
    "run `annexa reindex` to rebuild it from the store, and find out who altered it; `annexa "
    "verify` checks the store all the same"
)
FUNCTION = "annexa_refuse_change"
"""PostgreSQL's function that the triggers call."""
_FUNCTION_BODY = (
    " BEGIN RAISE EXCEPTION 'append-only: % on % refused', TG_OP, TG_TABLE_NAME"
    " USING ERRCODE = 'integrity_constraint_violation'; END "
)


def guard_statements(dialect: str, guarded: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The DDL that makes these tables append-only; migrations say which, GUARDED what must stand.

    A migration that copies a table (Alembic's batch mode on SQLite) loses its triggers and must
    run these again; `assert_guarded` finds the one that forgot.
    """
    if dialect == "sqlite":
        return list(_sqlite_triggers(guarded).values())
    function = (
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $${_FUNCTION_BODY}$$"
    )
    return [function, *(line for table in guarded for line in _postgresql_triggers(table))]


def missing_triggers(engine: Engine) -> tuple[str, ...]:
    """Names of the triggers that do not stand as they were made."""
    with engine.connect() as asked:
        missing = _missing_sqlite(asked) if engine.dialect.name == "sqlite" else _missing_pg(asked)
    return tuple(sorted(missing))


def assert_guarded(engine: Engine) -> None:
    """Raise RefusedError unless every trigger stands as it was made. For start-up."""
    missing = missing_triggers(engine)
    if missing:
        raise RefusedError(
            f"The index lost its protection against changes ({', '.join(missing)}): {REBUILD}.",
            code="index_unguarded",
        )


def _sqlite_triggers(guarded: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    made = {}
    for table, keys in guarded.items():
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, 'append-only: {verb} on {table} refused'); END"
            )
        # INSERT OR REPLACE deletes the old row without firing DELETE triggers
        standing = " OR ".join(
            "(" + " AND ".join(f"{column} = NEW.{column}" for column in key.split("+")) + ")"
            for key in keys
        )
        name = f"{table}_no_replace"
        found = f"SELECT 1 FROM {table} WHERE {standing}"  # noqa: S608 - names of this file
        made[name] = (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN EXISTS ({found}) BEGIN "
            f"SELECT RAISE(ABORT, 'append-only: REPLACE on {table} refused'); END"
        )
    return made


def _postgresql_triggers(table: str) -> list[str]:
    """ENABLE ALWAYS: they stand under session_replication_role = replica too."""
    change, truncate = f"{table}_no_change BEFORE UPDATE OR DELETE", f"{table}_no_truncate BEFORE"
    return [
        f"CREATE TRIGGER {change} ON {table} FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
        f"CREATE TRIGGER {truncate} TRUNCATE ON {table} EXECUTE FUNCTION {FUNCTION}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate",
    ]


def _missing_sqlite(asked: Connection) -> set[str]:
    rows = asked.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    standing = {row.name: row.sql for row in rows}
    return {name for name, sql in _sqlite_triggers(GUARDED).items() if standing.get(name) != sql}


def _missing_pg(asked: Connection) -> set[str]:
    rows = asked.execute(
        text(
            "SELECT t.tgname, t.tgtype FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgenabled = 'A' AND p.prosrc = :body"
            " AND c.relnamespace = current_schema()::regnamespace"
            " AND t.tgname = c.relname || CASE WHEN t.tgtype & 32 > 0"
            " THEN '_no_truncate' ELSE '_no_change' END"
        ),
        {"body": _FUNCTION_BODY},
    )
    standing = {(row.tgname, row.tgtype) for row in rows}
    # pg_trigger.tgtype bits: row 1, before 2, delete 8, update 16, truncate 32
    wanted = {(f"{table}_no_change", 1 | 2 | 8 | 16) for table in GUARDED}
    wanted |= {(f"{table}_no_truncate", 2 | 32) for table in GUARDED}
    return {name for name, _ in wanted - standing}
