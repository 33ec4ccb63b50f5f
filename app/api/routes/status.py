"""Status and connections."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.http.asked import Installation, Places
from app.api.http.auth import ReadsRuns
from app.api.http.cursors import USUAL, Cursor, Limit, Listing
from app.api.http.problems import problems
from app.schedule.connection import Connection
from app.services.connections.register import list_connections
from app.services.connections.timetable import next_nights, planned_line
from app.services.home.installation import Ports
from app.services.reading.status import InstallationStatus, status_of

router = APIRouter(tags=["status"], dependencies=[ReadsRuns])


class ConnectionView(BaseModel):
    """A connection without what only its machine needs to know."""

    id: str
    name: str
    tenant_id: str
    cloud: str
    credential: str
    """Its kind; where the secret lies is nobody's business here."""
    subscriptions: list[str]
    """Empty: every one that can be seen."""
    schedule: str
    time_zone: str
    follows_settings: bool
    """True: the schedule is that of the settings."""
    next_nights: list[datetime]
    """The next three, UTC; none of a retired connection."""
    retired_at: datetime | None


@router.get("/status", responses=problems())
def read_status(ports: Installation) -> InstallationStatus:
    """The log, and the last nights of each connection."""
    return status_of(ports)


@router.get("/connections", responses=problems())
def read_connections(
    ports: Installation, places: Places, limit: Limit = USUAL, cursor: Cursor = None
) -> Listing[ConnectionView]:
    """Connections by name."""
    views = [_view(ports, connection) for connection in list_connections(ports)]
    return places.part(views, cursor, limit, "connections")


def _view(ports: Ports, connection: Connection) -> ConnectionView:
    return ConnectionView(
        id=connection.id,
        name=connection.name,
        tenant_id=connection.tenant_id,
        cloud=connection.cloud,
        credential=connection.credential["kind"],
        subscriptions=list(connection.subscriptions),
        schedule=planned_line(ports, connection).line,
        time_zone=connection.time_zone,
        follows_settings=connection.follows_settings,
        next_nights=[night.slot for night in next_nights(ports, connection)],
        retired_at=connection.retired_at,
    )
