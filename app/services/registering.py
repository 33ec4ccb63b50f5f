"""Add and find connections."""

import json

from app.db.connections import StoredConnection, connection_named, connections
from app.errors import NotFoundError, RefusedError
from app.services.azure import cloud_of, credential_spec
from app.services.connections import Connection, connection_of
from app.services.ports import Ports
from app.services.slots import checked_cron
from app.services.writing import record_event


def add_connection(ports: Ports, connection: Connection) -> None:
    """Record a connection in the log.

    Raises UsageError for what could never be collected with, RefusedError for a taken name.
    """
    checked_cron(connection.schedule)
    cloud_of(connection)
    credential_spec(connection)

    def free() -> None:
        if any(other.name == connection.name for other in list_connections(ports)):
            raise RefusedError(
                f"a connection named {connection.name} exists; choose another name",
                code="connection_exists",
            )

    detail = connection.detail()
    record_event(ports, "connection_added", detail, actor="annexa connection add", allowed=free)


def list_connections(ports: Ports) -> list[Connection]:
    """All connections, by name."""
    with ports.database.read() as session:
        return [_connection(stored) for stored in connections(session)]


def find_connection(ports: Ports, name: str | None) -> Connection:
    """The named connection, or the only one. Raises NotFoundError naming those there are."""
    if name is not None:
        with ports.database.read() as session:
            return _connection(connection_named(session, name))
    known = list_connections(ports)
    if len(known) == 1:
        return known[0]
    names = ", ".join(one.name for one in known)
    raise NotFoundError(
        f"say which connection: {names}"
        if known
        else "there is no connection yet; add one with `annexa connection add NAME --tenant ID …`",
        code="connection_unknown",
    )


def _connection(stored: StoredConnection) -> Connection:
    return connection_of(json.loads(stored.detail))
