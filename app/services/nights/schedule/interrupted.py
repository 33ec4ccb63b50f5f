"""Runs that were planned or begun and never finished."""

from app.db.rows.runs import unfinished_runs
from app.errors import WriterBusyError
from app.schedule.connection import Connection
from app.services.connections.timetable import connection_of_run
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.nights.schedule.overtaken import end_overtaken
from app.services.nights.schedule.word import Word


def index_tail(ports: Ports) -> None:
    """Index what an interrupted run left after the last checkpoint, in case the index was lost.

    Only a writer may: while another annexa writes, the tail is its own, and nothing is done.
    """
    try:
        with ports.writer("looking for interrupted runs"):
            catch_up(ports, ports.open_log())
    except WriterBusyError:
        return


def interrupted_runs(ports: Ports) -> list[tuple[str, Connection]]:
    """(run id, connection) of every unfinished run, oldest slot first.

    Those that a newer night has overtaken are ended first: they cannot go on.
    """
    index_tail(ports)
    end_overtaken(ports, Word(ports))
    with ports.database.read() as session:
        found = unfinished_runs(session)
    return [(run.id, connection_of_run(ports, run)) for run in found]
