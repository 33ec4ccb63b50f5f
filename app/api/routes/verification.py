"""Verification of the whole store."""

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.http.asked import Answers, Working
from app.api.http.auth import ReadsEvidence
from app.api.http.problems import problems
from app.services.proof.whole_store import Fault, verify_store

router = APIRouter(prefix="/verification", tags=["verification"], dependencies=[ReadsEvidence])


SHOWN = 500
"""Faults and notes in one answer; `annexa verify` prints all."""


class StoreVerification(BaseModel):
    """What was found when everything was read again."""

    what: str
    intact: bool
    """True when nothing is at fault."""
    result: str
    faults: list[Fault]
    """The first 500."""
    faults_total: int
    notes: list[str]
    """What is merely awaited: the first 500."""
    notes_total: int


@router.get("", responses=problems(409))
async def read_findings(ports: Working, answers: Answers) -> StoreVerification:
    """Every entry, object, tile, checkpoint and token, read again: as long as that takes.

    Who asks while it is under way is told what that one finds.
    """
    found = await answers.answer("verification", lambda: verify_store(ports))
    return StoreVerification(
        what=found.what,
        intact=not found.faults,
        result=found.result,
        faults=list(found.faults[:SHOWN]),
        faults_total=len(found.faults),
        notes=list(found.notes[:SHOWN]),
        notes_total=len(found.notes),
    )
