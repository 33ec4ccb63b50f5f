"""The log claims times to come: the clock had run ahead. Once it is right, an entry says so."""

import structlog

from app.db.rows.runs import missed_after
from app.errors import RefusedError
from app.evidence.events.log_events import ClockCorrected
from app.evidence.events.run_events import SlotsReopened
from app.evidence.record import entry_key
from app.services.connections.register import list_connections
from app.services.home.installation import Ports
from app.services.index.claims import claimed_ahead
from app.services.index.events import record_event
from app.services.nights.clock.vouched_time import Vouching, vouched_time
from app.services.proof.entry_times import EntryClock

LOG = structlog.get_logger()
SET_RIGHT = "entries claim times to come: the clock had run ahead and was set right"


def notice_correction(ports: Ports, by: str) -> bool:
    """Seal a correction where one is needed and somebody vouches for our clock of now.

    Returns whether one was sealed. Raises UnavailableError when nobody vouches, WriterBusyError.
    """
    if _ahead(ports) is None:
        return False
    word = vouched_time(ports, list_connections(ports))
    if abs(word.at - ports.now()) > ports.settings.clock_limit:
        LOG.warning("clock_wrong", said=word.at.isoformat(), by=word.by)
        return False
    _seal(ports, word, SET_RIGHT, by, "annexa schedule")
    return True


def correct_by_hand(ports: Ports, why: str, by: str) -> ClockCorrected:
    """The same by a person's word, also of a clock that ran behind: no schedule looks for that.

    Raises RefusedError when there is nothing to correct.
    """
    return _seal(ports, None, why, by, "annexa time correct")


def _ahead(ports: Ports) -> ClockCorrected | None:
    """What the entries since the last correction claim beyond now; None when nothing."""
    claimed, now = claimed_ahead(ports), ports.now()
    if claimed is None:
        return None
    return ClockCorrected(
        ahead=claimed, corrected=now, vouched_at=None, vouched_by="", why="", by=""
    )


def _behind(ports: Ports) -> ClockCorrected | None:
    """What entries claim that others, sealed by a clock of before, follow; None when none do."""
    clock, now = EntryClock(), ports.now()
    for seq, data in ports.open_log().entries():
        clock.take(entry_key(seq), data)
    left = clock.newest_left
    if left is None:
        return None
    return ClockCorrected(ahead=left, corrected=now, vouched_at=None, vouched_by="", why="", by="")


def _seal(ports: Ports, word: Vouching | None, why: str, by: str, actor: str) -> ClockCorrected:
    found = _ahead(ports) or (_behind(ports) if word is None else None)
    if found is None:
        raise RefusedError(
            "no entry of the log claims a time to come or one before those it follows; there is "
            "nothing to correct",
            code="clock_right",
        )
    fact = ClockCorrected(
        ahead=found.ahead,
        corrected=found.corrected,
        vouched_at=None if word is None else word.at,
        vouched_by="" if word is None else word.by,
        why=why,
        by=by,
    )
    record_event(ports, fact, actor=actor)
    with ports.database.read() as session:
        missed = missed_after(session, found.corrected)
    for connection_id, count in sorted(missed.items()):
        again = SlotsReopened(connection_id=connection_id, since=found.corrected, count=count)
        record_event(ports, again, actor=actor)
    return fact
