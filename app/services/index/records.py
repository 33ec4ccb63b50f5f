"""Records as the index knows them."""

from app.db.rows.evidence import IndexedRecord, record_by_id
from app.services.home.installation import Ports


def indexed(ports: Ports, record_id: str) -> IndexedRecord:
    """A record as the index knows it. Raises NotFoundError."""
    with ports.database.read() as session:
        return record_by_id(session, record_id)
