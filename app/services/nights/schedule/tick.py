"""The nightly tick: which nights are due, which were missed, which go on."""

from dataclasses import dataclass

import structlog

from app.db.rows.connections import connections
from app.db.rows.runs import claim_slot, unfinished_runs
from app.errors import AppError, WriterBusyError
from app.schedule.connection import Connection
from app.services.connections.missed_slots import LATE, due_slots, miss
from app.services.connections.timetable import connection_of_run, follow_settings
from app.services.home.installation import Ports
from app.services.nights.attempt import NightReport
from app.services.nights.night import collect_night
from app.services.nights.schedule.overtaken import end_overtaken
from app.services.nights.schedule.waits import Waits
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


def tick(ports: Ports, by: str, waits: Waits | None = None) -> Ticked:
    """Claim what is due, record what was missed, collect and resume, stamp, have cosigned, send.

    Safe in any number of processes: (connection, slot) is unique, so one night is collected once.
    A run that could not go on is tried again after a wait, until its next night is due.
    """
    waits = waits or Waits()
    missed = plan(ports, by) + end_overtaken(ports)
    reports: list[NightReport] = []
    failed: list[str] = []
    with ports.database.read() as session:
        waiting = unfinished_runs(session)
    for run in waiting:
        if not waits.may_try(run.id, ports.now()):
            continue
        connection = connection_of_run(ports, run)
        try:
            reports.append(collect_night(ports, connection, run.id))
        except WriterBusyError:
            LOG.info("night_waits", connection=connection.name)
            break  # the store is another's now; nights stay in their order
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


def _told(connection: Connection, error: AppError) -> str:
    LOG.warning("night_not_collected", connection=connection.name, reason=error.message)
    return f"{connection.name}: {error.message}"


def plan(ports: Ports, by: str) -> int:
    """Claim the newest due slot of each connection; older ones are missed. Returns how many."""
    follow_settings(ports)
    now = ports.now()
    missed = 0
    with ports.database.read() as session:
        known = [(one.id, due_slots(session, one, now)) for one in connections(session)]
    for connection_id, found in known:
        missed += miss(ports, connection_id, found.missed)
        if found.newest is not None:
            reason = "catch_up" if now - found.newest > LATE else "scheduled"
            with ports.database.begin() as session:
                claim_slot(session, connection_id, found.newest, reason, by)
    return missed
