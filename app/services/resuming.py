"""Runs that were planned or begun and never finished."""

from app.db.runs import unfinished_runs
from app.services.connections import Connection
from app.services.overtaken import end_overtaken
from app.services.ports import Ports
from app.services.registering import find_connection


def interrupted_runs(ports: Ports) -> list[tuple[str, Connection]]:
    """(run id, connection) of every unfinished run, oldest slot first.

    Those that a newer night has overtaken are ended first: they cannot go on.
    """
    end_overtaken(ports)
    with ports.database.read() as session:
        found = unfinished_runs(session)
    return [(run.id, find_connection(ports, run.connection_id)) for run in found]
