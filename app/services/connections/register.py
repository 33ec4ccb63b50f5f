"""Add and find connections."""

import json

from app.db.rows.connections import StoredConnection, connection_named, connections
from app.errors import NotFoundError, RefusedError
from app.evidence.events.connection_events import ConnectionAdded
from app.schedule.connection import Connection, connection_of
from app.schedule.cron import checked
from app.services.connections.tenant_gateway import credential_spec
from app.services.home.azure_cloud import cloud_of
from app.services.home.installation import Ports
from app.services.index.claims import need_forward_clock
from app.services.index.events import record_event


def add_connection(ports: Ports, connection: Connection) -> None:
    """Record a connection in the log.

    Raises UsageError for what could never be collected with, RefusedError for a taken name: also
    that of a retired connection, whose evidence and packs go by it; and when the clock is
    behind what the log says.
    """
    need_collectable(ports, connection)

    def free() -> None:
        need_forward_clock(ports)
        for other in list_connections(ports):
            if other.name == connection.name:
                was = (
                    "was retired, and its evidence keeps its name" if other.retired_at else "exists"
                )
                raise RefusedError(
                    f"a connection named {connection.name} {was}; choose another name",
                    code="connection_exists",
                )

    added = connection.told_as(ConnectionAdded)
    record_event(ports, added, actor="annexa connection add", allowed=free)


def need_collectable(ports: Ports, connection: Connection) -> None:
    """Raise UsageError for a schedule, zone, cloud or credential that could never serve."""
    checked(connection.cron, ports.now())
    cloud_of(connection)
    credential_spec(connection)


def need_active(connection: Connection) -> Connection:
    """The same. Raises RefusedError for a retired one."""
    if connection.retired_at is not None:
        raise RefusedError(
            f"the connection {connection.name} was retired on {connection.retired_at:%Y-%m-%d}; "
            "add the tenant again with `annexa connection add` under another name",
            code="connection_retired",
        )
    return connection


def list_connections(ports: Ports) -> list[Connection]:
    """All connections, retired ones too, by name."""
    with ports.database.read() as session:
        return [_connection(stored) for stored in connections(session)]


def find_connection(ports: Ports, name: str | None) -> Connection:
    """The named connection, or the only one that is not retired, or the only one.

    Raises NotFoundError naming those there are.
    """
    if name is not None:
        with ports.database.read() as session:
            return _connection(connection_named(session, name))
    known = list_connections(ports)
    for several in ([one for one in known if one.retired_at is None], known):
        if len(several) == 1:
            return several[0]
    names = ", ".join(one.name for one in known)
    raise NotFoundError(
        f"say which connection: {names}"
        if known
        else "there is no connection yet; add one with `annexa connection add NAME --tenant ID …`",
        code="connection_unknown",
    )


def _connection(stored: StoredConnection) -> Connection:
    return connection_of(json.loads(stored.detail))
