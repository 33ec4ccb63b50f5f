"""Runs that a newer night has overtaken: evidence is never collected for a night that is gone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from app.db.rows.evidence import done_scopes
from app.db.rows.runs import run_by_id, unfinished_runs
from app.errors import RefusedError, WriterBusyError
from app.evidence.events.run_events import RunFailed, SlotMissed
from app.evidence.run import Run, lost_by
from app.evidence.run_state import RunState
from app.packs.verify.period.nights import HOURS
from app.schedule.connection import Connection
from app.schedule.slots import slots
from app.services.connections.missed_slots import forgotten, miss, overdue
from app.services.connections.register import find_connection
from app.services.connections.timetable import spells
from app.services.home.installation import Ports
from app.services.index.events import record_event
from app.services.nights.commitments import committed_of, night_salts
from app.services.nights.schedule.word import Word

A_DAY = timedelta(days=1)
"""How long an interrupted night of a retired connection is tried again: none follows it."""
NEVER = "no annexa could collect this night in its time, and evidence cannot be collected later"


def settle(ports: Ports, connection: Connection) -> None:
    """Seal what became of every night that is over: for whoever is about to draw a pack.

    Raises UnavailableError when some are over and nobody vouches for the time, WriterBusyError,
    RefusedError when only our own clock calls some over: a pack would tell of nights to come.
    """
    word = Word(ports)
    end_overtaken(ports, word)
    miss(ports, connection.id, forgotten(ports, connection))
    while overdue(ports, connection, ports.now()).missed:
        until = word.until() or word.need()
        if not miss(ports, connection.id, overdue(ports, connection, until).missed):
            break
    if overdue(ports, connection, ports.now() - HOURS).missed:
        raise RefusedError(
            "this computer's clock runs ahead: nights that it calls over are still to come, and a "
            "pack would seem to leave them out; set the clock right and order the pack again",
            code="clock_wrong",
        )


def end_overtaken(ports: Ports, word: Word) -> int:
    """End every unfinished run whose next night is due. Returns how many.

    One that never began is a missed night; one that was interrupted has failed, with what it
    sealed. Nothing is ended while another annexa writes: it may be collecting that very run.
    """
    with ports.database.read() as session:
        waiting = unfinished_runs(session)
    ended = 0
    for run in waiting:
        if not _overtaken(ports, run, ports.now()):
            continue
        until = word.until()
        if until is not None and _overtaken(ports, run, until):
            try:
                ended += _end(ports, run)
            except WriterBusyError:
                break
    return ended


def _overtaken(ports: Ports, run: Run, now: datetime) -> bool:
    """Whether its next night is due; of a retired connection, whether it never began."""
    retired = find_connection(ports, run.connection_id).retired_at
    with ports.database.read() as session:
        held = spells(session, run.connection_id)
    if next(slots(held, run.slot, now), None) is not None:
        return True
    return retired is not None and (run.started_at is None or now > run.slot + A_DAY)


def _end(ports: Ports, run: Run) -> int:
    def unfinished() -> None:
        with ports.database.read() as session:
            if not run_by_id(session, run.id).state.unfinished:
                raise RefusedError("this run was ended meanwhile", code="run_finished")

    with ports.database.read() as session:
        sealed = len(done_scopes(session, run.id))
    try:
        committed = committed_of(ports, run.id, night_salts(ports)) if sealed else {}
        record_event(
            ports, _ended(run, sealed, committed), actor="annexa schedule", allowed=unfinished
        )
    except RefusedError as error:
        if error.kind != "run_finished":
            raise
        return 0  # another replica was first
    return 1


def _ended(run: Run, sealed: int, committed: Mapping[str, str]) -> RunFailed | SlotMissed:
    """What becomes of a run that has sealed so many records."""
    reason = run.detail or NEVER
    if sealed or run.state is RunState.RUNNING:
        said = f"interrupted with {sealed} records sealed; {reason}"
        return replace(lost_by(run, RunFailed, said), committed=committed or None)
    return lost_by(run, SlotMissed, reason)
