"""The index as services use it: short transactions, one kind for writing and one for reading."""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.db.engine.append_only import missing_triggers
from app.db.engine.dialects import BEGIN, make_private, open_engine, reachable
from app.db.engine.schema import assert_current, assert_ours, migrate, need_guarded
from app.db.engine.writer_lock import only_writer
from app.errors import AppError, RefusedError, UnavailableError

_INDEXING = 4_713_900_272
"""Key of the PostgreSQL advisory lock of whoever indexes entries."""


class Database:
    """Sessions on one engine. Safe for several threads; a session is for one."""

    def __init__(
        self, engine: Engine, search_path: str | None = None, fault: AppError | None = None
    ) -> None:
        self.engine, self._search_path = engine, search_path
        self.fault = fault
        """Why one that was opened to be judged cannot be used; raised by whatever asks it."""
        snapshot = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._writing = engine.execution_options(**{BEGIN: "IMMEDIATE"})
        self._reading = engine.execution_options(**{BEGIN: "DEFERRED"}, **snapshot)

    @contextlib.contextmanager
    def begin(self) -> Iterator[Session]:
        """A writing transaction: committed at the end of the block, rolled back if it raises.

        Raises UnavailableError when the database cannot be reached or stays locked.
        """
        with self._usable(), Session(self._writing) as session, session.begin():
            session.connection()  # take the turn now: what is read below stays true until commit
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view; what is written in it is rolled back."""
        with self._usable(), Session(self._reading) as session:
            yield session

    def writer(self, purpose: str) -> AbstractContextManager[None]:
        """Be the only one on any host who writes to the log of this index.

        Raises WriterBusyError and UnavailableError. Does nothing for SQLite.
        """
        return only_writer(self.engine, purpose)

    def apart(self) -> "Database":
        """The same database with connections of its own, which no user of this one can use up."""
        return Database(open_engine(self.engine.url, self._search_path), self._search_path)

    def unguarded(self) -> tuple[str, ...]:
        """The triggers against changes that are missing or altered. Raises UnavailableError."""
        with self._usable():
            return missing_triggers(self.engine)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextlib.contextmanager
    def _usable(self) -> Iterator[None]:
        if self.fault is not None:
            raise self.fault
        with reachable(self.engine):
            yield


def open_database(
    url: str, *, rebuild: bool = False, judged: bool = False, search_path: str | None = None
) -> Database:
    """The database at this URL, migrated to this program's schema unless it may only be read.

    With `rebuild` it is taken as it is, however old or altered, for another to take its place;
    with `judged` whatever is wrong with it, for `Database.fault` and `Database.unguarded` to tell.
    `search_path` is PostgreSQL's schema, if not the one of the account.
    Raises UsageError (not such a URL), RefusedError (newer or foreign schema, triggers missing)
    and UnavailableError.
    """
    engine = open_engine(url, search_path)
    fault: RefusedError | UnavailableError | None = None
    with ExitStack() as unless_opened:
        unless_opened.callback(engine.dispose)
        make_private(engine)
        try:
            _ready(engine, rebuild=rebuild, judged=judged)
        except (RefusedError, UnavailableError) as error:
            if not judged:
                raise
            fault = error
        unless_opened.pop_all()
    return Database(engine, search_path, fault)


def _ready(engine: Engine, *, rebuild: bool, judged: bool) -> None:
    if rebuild:
        assert_ours(engine)
        return
    migrate(engine)
    if not judged:
        need_guarded(engine)
        return
    with reachable(engine):
        missing_triggers(engine)  # told later; whether it can be read is told now


def take_turn(session: Session) -> None:
    """Wait until no other transaction indexes. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _INDEXING})


__all__ = ["Database", "assert_current", "open_database", "take_turn"]
