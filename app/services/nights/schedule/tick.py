"""The nightly tick: which nights are due, which were missed, which go on."""

from dataclasses import dataclass

import structlog

from app.db.rows.connections import connections
from app.db.rows.runs import claim_slot, unfinished_runs
from app.errors import AppError, StoppedError, UnavailableError, WriterBusyError
from app.schedule.connection import Connection
from app.services.connections.missed_slots import AT_ONCE, LATE, due_slots, miss, unbegun
from app.services.connections.timetable import connection_of_run, follow_settings
from app.services.home.halt import Halt
from app.services.home.installation import Ports
from app.services.nights.attempt import NightReport
from app.services.nights.clock.correction import notice_correction
from app.services.nights.night import collect_night
from app.services.nights.schedule.overtaken import end_overtaken
from app.services.nights.schedule.waits import Waits
from app.services.nights.schedule.word import Word
from app.services.upkeep.notices import send_notices
from app.services.upkeep.restamp import stamp_awaiting
from app.services.upkeep.witnesses import cosign_night

LOG = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticked:
    """What one tick did."""

    missed: int
    reports: tuple[NightReport, ...]
    failed: tuple[str, ...]
    """Sentences of runs that could not be collected now."""
    stamped: tuple[int, ...] = ()
    """Sizes of checkpoints that awaited a timestamp and have one now."""


def tick(ports: Ports, by: str, waits: Waits | None = None, halt: Halt | None = None) -> Ticked:
    """Claim what is due, record what was missed, collect and resume, stamp, have cosigned, send.

    Safe in any number of processes: (connection, slot) is unique, so one night is collected once.
    A run that could not go on is tried again after a wait, until its next night is due.
    Raises StoppedError once `halt` is said.
    """
    waits = waits or Waits()
    _correct(ports, by)
    word = Word(ports)
    missed = plan(ports, by, word) + end_overtaken(ports, word)
    reports: list[NightReport] = []
    failed: list[str] = []
    with ports.database.read() as session:
        waiting = unfinished_runs(session)
    for run in waiting:
        if run.slot > ports.now() or not waits.may_try(run.id, ports.now()):
            continue
        connection = connection_of_run(ports, run)
        try:
            reports.append(collect_night(ports, connection, run.id, halt=halt))
        except WriterBusyError:
            LOG.info("night_waits", connection=connection.name)
            break  # the store is another's now; nights stay in their order
        except StoppedError:
            raise  # nothing is the matter with the night
        except AppError as error:
            waits.failed(run.id, ports.now())
            if error.kind != "run_finished":  # by another replica, after we looked
                failed.append(_told(connection, error))
        else:
            waits.ended(run.id)
    late = stamp_awaiting(ports)
    cosign_night(ports)
    send_notices(ports)
    return Ticked(missed=missed, reports=tuple(reports), failed=tuple(failed), stamped=late.stamped)


def _correct(ports: Ports, by: str) -> None:
    """A clock that had run ahead is no reason not to go on; whoever cannot tell yet tries again."""
    try:
        notice_correction(ports, by)
    except (UnavailableError, WriterBusyError) as error:
        LOG.warning("clock_not_corrected", reason=error.message)


def _told(connection: Connection, error: AppError) -> str:
    LOG.warning("night_not_collected", connection=connection.name, reason=error.message)
    return f"{connection.name}: {error.message}"


def plan(ports: Ports, by: str, word: Word) -> int:
    """Claim the newest due slot of each connection; older ones are missed. Returns how many.

    What is late is so by somebody's word only: our own clock may run ahead.
    """
    follow_settings(ports)
    now = ports.now()
    missed = 0
    with ports.database.read() as session:
        known = [(one, due_slots(session, one, now)) for one in connections(session)]
    for connection, found in known:
        if unbegun(found, now):
            until = word.until()
            if until is None:
                continue
            with ports.database.read() as session:
                found = due_slots(session, connection, until)  # noqa: PLW2901 - by a better clock
        missed += miss(ports, connection.id, found.missed)
        if found.newest is not None and len(found.missed) <= AT_ONCE:
            reason = "catch_up" if now - found.newest > LATE else "scheduled"
            with ports.database.begin() as session:
                claim_slot(session, connection.id, found.newest, reason, by)
    return missed
