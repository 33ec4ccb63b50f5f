"""The log: its checkpoint, and proofs that it only grows."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from app.api.http.asked import Installation
from app.api.http.auth import ReadsEvidence
from app.api.http.problems import problems
from app.services.reading.log import Consistency, consistency, current_checkpoint

router = APIRouter(prefix="/log", tags=["log"], dependencies=[ReadsEvidence])
LARGEST = 10**12 - 1


@router.get("/checkpoint", response_class=PlainTextResponse, responses=problems(404, 409))
def read_checkpoint(ports: Installation) -> PlainTextResponse:
    """The last checkpoint (C2SP signed note), byte for byte."""
    return PlainTextResponse(current_checkpoint(ports).note)


@router.get("/consistency", responses=problems(400, 404, 409))
def read_consistency(
    ports: Installation,
    first: Annotated[int, Query(alias="from", ge=1, le=LARGEST, description="Older size.")],
    last: Annotated[
        int | None, Query(alias="to", ge=1, le=LARGEST, description="Newer size; else the last.")
    ] = None,
) -> Consistency:
    """Proof that the log of one checkpoint is the beginning of another's."""
    return consistency(ports, first, last)
