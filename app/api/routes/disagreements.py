"""Where Azure Policy's own states and our verdicts differ, with the likeliest cause."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.http.asked import Answers, OneConnection, Places, Working, list_name
from app.api.http.auth import ReadsEvidence
from app.api.http.cursors import USUAL, Cursor, Limit, Listing
from app.api.http.problems import problems
from app.controls.azure_policy.agreement import Disagreement
from app.controls.azure_policy.cause import Cause
from app.services.reading.policy_states import newest_agreement

router = APIRouter(prefix="/disagreements", tags=["controls"], dependencies=[ReadsEvidence])
CheckId = Annotated[str | None, Query(alias="check", pattern=r"^[a-z0-9_.]{1,120}$")]


@router.get("", responses=problems(404))
async def read_disagreements(
    ports: Working,
    answers: Answers,
    connection: OneConnection,
    places: Places,
    check_id: CheckId = None,
    cause: Cause | None = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Listing[Disagreement]:
    """Of the newest night that asked Azure Policy, by check and subject; empty when none did."""
    found = await answers.answer(
        ("disagreements", connection.id), lambda: newest_agreement(ports, connection)
    )
    rows = [
        one
        for one in (found.disagreements if found else ())
        if check_id in (None, one.check_id) and cause in (None, one.cause)
    ]
    night = found.night if found else None
    of = list_name("disagreements", connection.id, night, check_id, cause)
    return places.part(rows, cursor, limit, of)
