"""An index built beside the one in use, and put in its place in one transaction.

Readers go on with the old index until that transaction commits, and see all of the new one after.
Whatever ends the building early, a kill included, leaves the old index as it was; the next rebuild
clears away what was left beside it.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from app.db.engine.append_only import FUNCTION
from app.db.engine.database import Database, open_database
from app.db.engine.dialects import BEGIN, reachable, shown
from app.db.engine.schema import drop_everything
from app.errors import RefusedError, UnavailableError

_BESIDE = "annexa_rebuild"
"""PostgreSQL's schema, and the end of SQLite's file, of the index that is being built."""
_PATIENCE = 60.0
"""Seconds until a swap gives up on readers and writers that hold the old tables."""
_TURN = "300ms"
"""How long one try waits for them: less than PostgreSQL's deadlock_timeout, so that whoever holds
one table and wants another goes on, and the swap tries again."""
_LOCK_NOT_AVAILABLE = "55P03"
_NO_RIGHT = "42501"

Bring = Callable[[Session], None]
"""Writes into the new index what nothing but the old one knew."""
Keep = Callable[[Session], Bring]
"""Reads that in the old one."""


@contextlib.contextmanager
def built_beside(live: Database) -> Iterator[Database]:
    """An empty index of this program's schema beside `live`, for one who rebuilds at a time.

    It is gone at the end of the block, swapped in or not. Raises RefusedError where PostgreSQL's
    account may not make a schema, UnavailableError.
    """
    _clear(live.engine)
    try:
        if live.engine.dialect.name == "postgresql":
            _make_schema(live.engine)
            beside = open_database(_url(live.engine), search_path=_BESIDE)
        else:
            beside = open_database(f"sqlite:///{_file(live.engine)}")
        try:
            yield beside
        finally:
            beside.close()
    finally:
        _clear(live.engine)


def swap_in(live: Database, beside: Database, keep: Keep) -> None:
    """Put what was built beside in the place of `live`, in one transaction.

    `keep` is asked in that transaction, so that nothing written meanwhile is lost. Raises
    UnavailableError when others hold the old tables for a minute; the old index then stays.
    """
    beside.close()  # every row is committed; what is open on it would be in the way
    if live.engine.dialect.name == "postgresql":
        _swap_postgresql(live, keep)
    else:
        _swap_sqlite(live, keep)


def _swap_sqlite(live: Database, keep: Keep) -> None:
    """Other connections keep the same file: one renamed over it would be seen by new ones only."""
    writing = live.engine.execution_options(**{BEGIN: "IMMEDIATE"})
    with reachable(live.engine), writing.connect() as connection:
        raw = connection.connection.driver_connection
        if raw is None:
            raise UnavailableError(f"The index {shown(live.engine)} cannot be opened.")
        raw.execute("ATTACH DATABASE ? AS beside", (str(_file(live.engine)),))
        try:
            with connection.begin(), Session(connection) as session:
                bring = keep(session)
                drop_everything(connection)
                _copy(connection)
                bring(session)
                session.flush()
        finally:
            raw.execute("DETACH DATABASE beside")


def _copy(connection: Connection) -> None:
    """Tables with their rows first: the triggers of append-only tables would look at each row."""
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # until the commit
    made = connection.exec_driver_sql(
        "SELECT type, name, sql FROM beside.sqlite_master WHERE sql IS NOT NULL "
        "AND name NOT LIKE 'sqlite_%' ORDER BY type = 'table' DESC"
    ).all()
    for kind, name, sql in made:
        connection.exec_driver_sql(sql)
        if kind == "table":
            connection.exec_driver_sql(f'INSERT INTO main."{name}" SELECT * FROM beside."{name}"')  # noqa: S608 - names of our own schema


class _HeldError(Exception):
    """Somebody holds one of the tables."""


def _swap_postgresql(live: Database, keep: Keep) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with live.begin() as session:
                _take_tables(session)
                bring = keep(session)
                _move(session.connection())
                bring(session)
        except _HeldError:
            if time.monotonic() > until:
                raise UnavailableError(
                    f"The index {shown(live.engine)} is in use by another process all the time: "
                    "the old one stays; stop what reads it for long and run `annexa reindex` again."
                ) from None
        else:
            return


def _take_tables(session: Session) -> None:
    """All at once, before the first is touched. Raises _HeldError."""
    quote = session.connection().dialect.identifier_preparer.quote
    tables = [quote(name) for name in sorted(inspect(session.connection()).get_table_names())]
    if not tables:
        return
    session.execute(text(f"SET LOCAL lock_timeout = '{_TURN}'"))
    try:
        session.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise _HeldError from None
        raise


def _move(connection: Connection) -> None:
    """The old tables go, the new ones come from their schema, sequences and indexes with them."""
    drop_everything(connection)
    connection.execute(text(f"DROP FUNCTION IF EXISTS {FUNCTION}()"))
    here = connection.dialect.identifier_preparer.quote(
        connection.scalar(text("SELECT current_schema()"))
    )
    for table in sorted(inspect(connection).get_table_names(schema=_BESIDE)):
        connection.execute(text(f'ALTER TABLE {_BESIDE}."{table}" SET SCHEMA {here}'))
    connection.execute(text(f"ALTER FUNCTION {_BESIDE}.{FUNCTION}() SET SCHEMA {here}"))


def _make_schema(engine: Engine) -> None:
    try:
        with reachable(engine), engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {_BESIDE}"))
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_RIGHT:
            raise
        raise RefusedError(
            f"The account of the index {shown(engine)} may not make a schema, in which a new index "
            "is built beside the old one: GRANT CREATE ON DATABASE to it and run `annexa reindex` "
            "again.",
            code="index_no_schema",
        ) from None


def _clear(engine: Engine) -> None:
    """Away with what an earlier rebuild left behind."""
    if engine.dialect.name == "postgresql":
        with reachable(engine), engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_BESIDE} CASCADE"))
        return
    for end in ("", "-wal", "-shm", "-journal"):
        Path(f"{_file(engine)}{end}").unlink(missing_ok=True)


def _file(engine: Engine) -> Path:
    return Path(f"{engine.url.database}.{_BESIDE}")


def _url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)
