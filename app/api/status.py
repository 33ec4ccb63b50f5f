"""Status and connections."""

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.asked import Installation, Places
from app.api.auth import ReadsRuns
from app.api.cursors import USUAL, Cursor, Limit, Listing
from app.api.problems import problems
from app.services.connections import Connection
from app.services.registering import list_connections
from app.services.status import Status, status_of

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


@router.get("/status", responses=problems())
def read_status(ports: Installation) -> Status:
    """The log, and the last nights of each connection."""
    return status_of(ports)


@router.get("/connections", responses=problems())
def read_connections(
    ports: Installation, places: Places, limit: Limit = USUAL, cursor: Cursor = None
) -> Listing[ConnectionView]:
    """Connections by name."""
    views = [_view(connection) for connection in list_connections(ports)]
    return places.part(views, cursor, limit, "connections")


def _view(connection: Connection) -> ConnectionView:
    return ConnectionView(
        id=connection.id,
        name=connection.name,
        tenant_id=connection.tenant_id,
        cloud=connection.cloud,
        credential=connection.credential["kind"],
        subscriptions=list(connection.subscriptions),
        schedule=connection.schedule,
    )
