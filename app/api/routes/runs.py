"""Runs: every night of every connection, and one begun now."""

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.http.asked import (
    NAMED,
    AnyConnection,
    IdempotencyKey,
    Installation,
    Places,
    Worker,
    Working,
    list_name,
)
from app.api.http.auth import ReadsRuns, RunMaker
from app.api.http.cursors import USUAL, Cursor, Limit, Listing
from app.api.http.problems import problems
from app.controls.nights import late_by
from app.evidence.record import instant, utc
from app.evidence.run import Run
from app.evidence.run_state import RunState
from app.services.connections.register import find_connection
from app.services.nights.schedule.on_request import request_run
from app.services.reading.evidence import find_run, list_runs

router = APIRouter(prefix="/runs", tags=["runs"])
POLL_SECONDS = "5"


class RunOrder(BaseModel):
    """Which connection to collect now."""

    model_config = ConfigDict(extra="forbid")

    connection: Annotated[str, Field(pattern=NAMED)]


class RunView(BaseModel):
    """A run, and how it stands to the schedule."""

    id: str
    connection_id: str
    slot: datetime
    state: RunState
    reason: str
    """scheduled, catch_up or manual; for a missed slot, scheduled."""
    claimed_by: str
    started_at: datetime | None
    finished_at: datetime | None
    detail: str
    of_schedule: bool
    """False for a run by hand: it neither fills nor hides a slot of the schedule."""
    late_seconds: int | None
    """How long after its slot it was collected; None where that is no longer than usual."""


@router.get("", responses=problems(404), dependencies=[ReadsRuns])
def read_runs(
    ports: Installation,
    connection: AnyConnection,
    places: Places,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Listing[RunView]:
    """Newest slot first, missed and failed nights included."""
    of = list_name("runs", connection.id if connection else "")
    place = places.read(cursor, of)
    after = (instant(str(place[0])), str(place[1])) if place else None
    views = [_view(run) for run in list_runs(ports, connection, after, limit + 1)]
    return places.listing(views, limit, of, lambda run: [utc(run.slot), run.id])


@router.get("/{run_id}", responses=problems(404), dependencies=[ReadsRuns])
def read_run(run_id: uuid.UUID, ports: Installation) -> RunView:
    """One run and what became of it."""
    return _view(find_run(ports, str(run_id)))


@router.post("", status_code=202, responses=problems(400, 404, 409, 413))
def begin_run(
    order: RunOrder,
    ports: Working,
    worker: Worker,
    token: RunMaker,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> RunView:
    """Claim this second as a slot and collect it in the background; follow it at Location."""
    connection = find_connection(ports, order.connection)
    run = request_run(ports, worker, connection, f"API token {token.id}", idempotency_key)
    response.headers["Location"] = f"/v1/runs/{run.id}"
    response.headers["Retry-After"] = POLL_SECONDS
    return _view(run)


def _view(run: Run) -> RunView:
    night = run.night
    late = late_by(night)
    return RunView(
        **asdict(run),
        of_schedule=not night.manual,
        late_seconds=int(late.total_seconds()) if late else None,
    )
