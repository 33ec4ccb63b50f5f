"""One writer of a log across hosts: an advisory lock that PostgreSQL drops with its holder."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from app.db.engine.dialects import reachable
from app.errors import WriterBusyError

KEY = int.from_bytes(b"annexa")
"""Of the database as a whole: an index is of one log."""
_HIGH, _LOW = KEY >> 32, KEY & 0xFFFF_FFFF
_HOLDER = text(
    "SELECT a.application_name, coalesce(host(a.client_addr), 'this host') "
    "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
    "AND l.classid = :high AND l.objid = :low AND a.datname = current_database()"
)


@contextlib.contextmanager
def only_writer(engine: Engine, purpose: str) -> Iterator[None]:
    """Hold the lock on PostgreSQL. A SQLite file is of one host, whose store has its own lock.

    Raises WriterBusyError naming the other, UnavailableError. A connection that breaks gives the
    lock away; the write-once entries of the store then still refuse a second writer.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with reachable(engine):
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        with reachable(engine):
            _take(connection, purpose)
        try:
            yield
        finally:
            _release(connection)
    finally:
        connection.close()


def _take(connection: Connection, purpose: str) -> None:
    if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}):
        raise WriterBusyError(_busy(connection))
    _name(connection, f"annexa {purpose}")


def _release(connection: Connection) -> None:
    try:
        _name(connection, "")
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": KEY})
    except DBAPIError:  # the connection is broken, and the lock went with it
        connection.invalidate()


def _name(connection: Connection, name: str) -> None:
    """What others are told about who holds the lock; PostgreSQL keeps 63 bytes."""
    given = {"name": name.encode()[:63].decode(errors="ignore")}
    connection.execute(text("SELECT set_config('application_name', :name, false)"), given)


def _busy(connection: Connection) -> str:
    holder = connection.execute(_HOLDER, {"high": _HIGH, "low": _LOW}).first()
    who = f"{holder[0] or 'another annexa'} on {holder[1]}" if holder else "another annexa"
    return f"{who} writes to this log: wait until it has finished, or stop it, and try again"
