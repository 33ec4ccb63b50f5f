"""A run that somebody asks for: claimed at once, collected in its turn."""

import contextlib
import uuid
from datetime import UTC

from app.db.rows.runs import claim_slot, run_by_id, unfinished_runs
from app.errors import NotFoundError, RefusedError, UnavailableError
from app.evidence.record import utc
from app.evidence.run import Run
from app.schedule.connection import Connection
from app.services.connections.register import need_active
from app.services.connections.timetable import connection_of_run
from app.services.home.background import Background
from app.services.home.halt import Halt
from app.services.home.installation import Ports
from app.services.nights.night import collect_night

KEYS = uuid.UUID("6f1d4d0a-3f0e-5a51-9a0f-0c7c5c2c8f4e")
"""Name space of run ids made from idempotency keys: the same key finds the same run for ever."""


def request_run(
    ports: Ports, background: Background, connection: Connection, by: str, key: str | None
) -> Run:
    """Claim the slot of this second and queue its collection.

    With a key that `by` has used before, the run of then is returned and nothing begins. Raises
    RefusedError for a slot that is taken, a key that was used for another connection, or a retired
    connection, and OverloadedError when too much waits already: then nothing is claimed.
    """
    need_active(connection)
    run_id = str(uuid.uuid5(KEYS, f"{by}\n{key}") if key else uuid.uuid4())
    known = _known(ports, run_id, connection)
    if known is not None:
        return known
    with background.place(f"a run of {connection.name}") as place:
        run, made = _claimed(ports, connection, by, run_id)
        if made:
            with contextlib.suppress(UnavailableError):  # stopping: claimed, the next start goes on
                place.fill(lambda: collect_in_turn(ports, run.id, background.turns.halt))
    return run


def collect_in_turn(ports: Ports, run_id: str, halt: Halt) -> None:
    """Collect a run, after older unfinished ones of its connection: nights are kept in order.

    A run that another process has finished meanwhile is left alone. Raises as `collect_night`.
    """
    with ports.database.read() as session:
        wanted = run_by_id(session, run_id)
        waiting = [
            run
            for run in unfinished_runs(session)
            if run.connection_id == wanted.connection_id and run.slot <= wanted.slot
        ]
    if wanted.state.unfinished:
        for run in waiting:
            collect_night(ports, connection_of_run(ports, run), run.id, halt=halt)


def _known(ports: Ports, run_id: str, connection: Connection) -> Run | None:
    with ports.database.read() as session:
        try:
            known = run_by_id(session, run_id)
        except NotFoundError:
            return None
    _same_request(known, connection)
    return known


def _claimed(ports: Ports, connection: Connection, by: str, run_id: str) -> tuple[Run, bool]:
    """The run, and whether it is new. One transaction: of two equal requests one makes it."""
    slot = ports.now().astimezone(UTC).replace(microsecond=0)
    with ports.database.begin() as session:
        try:
            known = run_by_id(session, run_id)
        except NotFoundError:
            known = None
        if known is not None:
            _same_request(known, connection)
            return known, False
        claimed = claim_slot(session, connection.id, slot, "manual", by, run_id=run_id)
        if claimed is None:
            raise RefusedError(
                f"{connection.name} has a run for the slot {utc(slot)} already; look at its runs",
                code="slot_taken",
            )
        return run_by_id(session, run_id), True


def _same_request(known: Run, connection: Connection) -> None:
    if known.connection_id != connection.id:
        raise RefusedError(
            "this Idempotency-Key was used for a run of another connection; take a new key",
            code="key_reused",
        )
