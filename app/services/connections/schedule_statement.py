"""A schedule that an older Annexa sealed is told once more, so that what comes can be proved.

The events of before there were chains lead nowhere: whoever has a part of the log cannot know
whether the schedule was changed since. One event with the connection as it is begins what can be.
"""

from dataclasses import replace

from app.evidence.events.connection_events import ConnectionChanged
from app.schedule.cron import Meaning
from app.services.connections.register import find_connection
from app.services.connections.timetable import former_nights
from app.services.home.installation import Ports
from app.services.log.evidence_log import EvidenceLog


def schedule_to_tell(
    ports: Ports, log: EvidenceLog, connection_id: str
) -> ConnectionChanged | None:
    """The connection as it is, where no chain leads to its schedule; else None.

    A line that means the same nights now as formerly is told with the meaning that verifiers can
    compute; one that does not keeps its own. Nothing is planned otherwise by it.
    """
    if log.schedule_told(connection_id):
        return None
    connection = find_connection(ports, connection_id)
    if not former_nights(ports, connection):
        connection = replace(connection, schedule_meaning=Meaning.UNIX)
    return connection.told_as(ConnectionChanged)
