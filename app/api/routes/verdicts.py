"""One verdict: what a check answered on one subject, on a day and since when."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.http.asked import Day, Installation, OneConnection
from app.api.http.auth import ReadsEvidence
from app.api.http.problems import problems
from app.services.reading.verdict import VerdictOn, look_up_verdict

router = APIRouter(prefix="/verdicts", tags=["controls"], dependencies=[ReadsEvidence])
CheckId = Annotated[str, Query(alias="check", pattern=r"^[a-z0-9_.]{1,120}$")]
Subject = Annotated[str, Query(min_length=1, max_length=2048)]
On = Annotated[Day | None, Query(alias="on", description="Day, UTC; the newest night without it.")]


@router.get("", responses=problems(404))
def read_verdict(
    ports: Installation,
    connection: OneConnection,
    check_id: CheckId,
    subject: Subject,
    on: On = None,
) -> VerdictOn:
    """What the check answered in the newest night of the day, and for how long it has."""
    return look_up_verdict(ports, connection, check_id, subject, on)
