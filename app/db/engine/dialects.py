"""Engines: SQLite (WAL, writers wait) or PostgreSQL, and what cannot be reached."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.errors import IndexUnavailableError, UsageError

WAIT = 10_000
"""Milliseconds that a SQLite writer waits for another."""

BEGIN = "annexa_begin"
"""Execution option: how SQLite transactions begin. Writers take IMMEDIATE: a reader that turns
writer inside a deferred transaction fails at once, whatever the time-out."""


POOL: dict[str, Any] = {"pool_size": 5, "max_overflow": 35, "pool_timeout": 15}
"""More connections than an event loop has threads for requests; what finds none waits so long."""


def open_engine(url: str | URL, search_path: str | None = None) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://…`. Connects to nothing yet.

    `search_path` is PostgreSQL's schema, if not the one of the account.
    Raises UsageError for another kind of URL.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        if _is_read_only(parsed):
            return _read_only_engine(parsed)
        engine = create_engine(parsed, connect_args={"timeout": WAIT / 1000}, **POOL)
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
        return engine
    options = "-c lock_timeout=30000"
    if search_path is not None:
        options += f" -c search_path={search_path}"
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        **POOL,
        connect_args={"connect_timeout": 10, "options": options},
    )


def make_private(engine: Engine) -> None:
    """Make a SQLite file that is not there yet, for this account alone.

    SQLite gives the files beside it (-wal, -shm) the same mode. What cannot be made is left to the
    first connection to say.
    """
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file.startswith(("file:", ":")):
        return
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def read_only(engine: Engine) -> bool:
    """Whether it is a SQLite file that this account may read and not write, or on such a mount."""
    return _is_read_only(engine.url)


def _is_read_only(url: URL) -> bool:
    file = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not file.is_file():
        return False
    places = (file, file.parent)  # a writer has to make files beside it
    return not all(os.access(place, os.W_OK, effective_ids=True) for place in places)


def _read_only_engine(url: URL) -> Engine:
    """Nothing is written for it, neither a journal nor a lock.

    A file that nobody has open is as it stays (`immutable`, sqlite.org/uri.html). Beside one that
    somebody writes to, or was killed at, lie the files that readers need (sqlite.org/wal.html,
    section 5).
    """
    file = Path(url.database or "").resolve()

    def connected() -> sqlite3.Connection:
        way = "mode=ro" if file.with_name(f"{file.name}-wal").exists() else "immutable=1"
        name = f"file:{quote(str(file))}?{way}"
        return sqlite3.connect(name, uri=True, timeout=WAIT / 1000, check_same_thread=False)

    engine = create_engine(url, creator=connected, **POOL)
    event.listen(engine, "connect", _sqlite_reads)
    event.listen(engine, "begin", _sqlite_begins)
    return engine


@contextlib.contextmanager
def reachable(engine: Engine) -> Iterator[None]:
    """Turn what the database refuses to do now into IndexUnavailableError; no password in it.

    Broken constraints and broken SQL pass: the first are the caller's, the second our mistake.
    """
    try:
        yield
    except OperationalError as error:
        raise IndexUnavailableError(_sentence(engine, error)) from error
    except PoolTimeoutError as error:
        raise IndexUnavailableError(
            f"The index {shown(engine)} is in use by as many as may: ask again later."
        ) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:
            raise
        raise IndexUnavailableError(
            f"The index {shown(engine)} is damaged or not a database ({error.orig}): move the file "
            "away and run `annexa reindex`; the store holds all evidence.",
            code="index_damaged",
        ) from error


def shown(engine: Engine) -> str:
    """The database for people, without a password."""
    url = engine.url
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string()


def _parsed(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
        known = parsed.get_backend_name() in ("sqlite", "postgresql")
    except (ArgumentError, NoSuchModuleError):
        known = False
    if not known:
        raise UsageError(
            "The database setting is not a URL of SQLite or PostgreSQL: use "
            "sqlite:////folder/index.sqlite or postgresql://user@host/name."
        )
    return parsed


def _sqlite_connected(connected: sqlite3.Connection, _: object) -> None:
    connected.isolation_level = None  # we say BEGIN ourselves; DDL is transactional then, too
    cursor = connected.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {WAIT}")  # first: the next ones may have to wait
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")  # a lost tail is rebuilt from the store
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _sqlite_reads(connected: sqlite3.Connection, _: object) -> None:
    connected.isolation_level = None
    connected.execute(f"PRAGMA busy_timeout = {WAIT}").close()


def _sqlite_begins(connection: Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    connection.exec_driver_sql("BEGIN " + options.get(BEGIN, "DEFERRED"))


def _sentence(engine: Engine, error: DBAPIError) -> str:
    said = str(error.orig).splitlines()[0] if error.orig else "no answer"
    where = f"The index {shown(engine)}"
    if "is locked" in said or "lock timeout" in said:
        return (
            f"{where} is locked by another process: wait until the other annexa has finished and "
            "run the command again."
        )
    if any(words in said for words in ("disk is full", "No space left", "disk I/O error")):
        # SQLite says "I/O error" where a quota or a file limit stops it half-way.
        return f"{where} is on a full disk ({said}): free some space and run the command again."
    return f"{where} cannot be used ({said}): check the database setting and that it is running."
