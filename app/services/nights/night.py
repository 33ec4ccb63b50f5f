"""One night of one connection: everything collected, sealed, then indexed."""

from dataclasses import replace
from datetime import datetime

from app.db.engine.database import Database
from app.db.rows.runs import claim_slot, run_by_id
from app.errors import RefusedError, UsageError, WriterBusyError
from app.evidence.record import utc
from app.schedule.connection import Connection
from app.services.connections.register import need_active
from app.services.connections.tenant_gateway import usable_credential
from app.services.home.azure_cloud import app_error
from app.services.home.halt import Halt
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.nights.attempt import NightAttempt, NightReport, Told
from app.services.nights.rejudgement import judge_earlier_nights
from collectors.kit.errors import GatewayError


def plan_night(ports: Ports, connection: Connection, slot: datetime, trigger: str, by: str) -> str:
    """Claim a slot. Raises RefusedError when that night has a run already."""
    with ports.database.begin() as session:
        run_id = claim_slot(session, connection.id, slot, trigger, by)
    if run_id is None:
        raise RefusedError(
            f"{connection.name} has a run for the slot {utc(slot)} already; "
            "see `annexa status`, an interrupted run goes on with `annexa collect --resume`",
            code="slot_taken",
        )
    return run_id


def collect_night(
    ports: Ports,
    connection: Connection,
    run_id: str,
    told: Told = lambda _: None,
    halt: Halt | None = None,
) -> NightReport:
    """Collect, seal and index one planned or interrupted run.

    What an earlier attempt has sealed is not asked again. Raises WriterBusyError when another
    annexa writes to the store, RefusedError or UnavailableError when Azure cannot be asked (a
    manual run without records is then recorded as failed, any other stays unfinished and can be
    resumed), UnavailableError when the store cannot be written (it stays unfinished too),
    StoppedError once `halt` is said.
    """
    with ports.writer(f"collecting {connection.name}"):
        return _attempt(ports, connection, run_id, told, halt or Halt())


def collect_now(
    ports: Ports, connection: Connection, slot: datetime, by: str, told: Told = lambda _: None
) -> NightReport:
    """Claim a slot and collect it at once, for somebody who waits. Raises as `collect_night`.

    While another annexa writes, it is refused whole: no planned run is left for others to find.
    """
    need_active(connection)
    usable_credential(connection, ports.now)  # what is missing here is no failed night
    with ports.writer(f"collecting {connection.name}"):
        run_id = plan_night(ports, connection, slot, "manual", by)
        return _attempt(ports, connection, run_id, told, Halt())


def _attempt(
    ports: Ports, connection: Connection, run_id: str, told: Told, halt: Halt
) -> NightReport:
    log = ports.open_log()
    catch_up(ports, log)
    log.need_writable()
    _refuse_finished(ports.database, run_id)
    night = NightAttempt(ports, connection, run_id, log, told)
    try:
        report = halt.run(night.collect())
    except GatewayError as error:
        night.stopped(str(error))
        raise app_error(error) from error
    except WriterBusyError:
        raise
    except (RefusedError, UsageError) as error:
        night.stopped(error.message)
        raise
    judged_again = judge_earlier_nights(ports, log, connection, halt)
    return replace(report, log_size=log.size, judged_again=judged_again)


def _refuse_finished(database: Database, run_id: str) -> None:
    """Asked once the store is ours: another process may have completed the run meanwhile."""
    with database.read() as session:
        run = run_by_id(session, run_id)
    if not run.state.unfinished:
        raise RefusedError(f"run {run_id} is {run.state} already", code="run_finished")
