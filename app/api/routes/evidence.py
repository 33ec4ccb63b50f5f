"""Evidence: records and what they name, byte for byte as sealed, with their proofs."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse

from app.api.http.asked import (
    Answers,
    From,
    Installation,
    OneConnection,
    Places,
    RecordId,
    To,
    Working,
    list_name,
)
from app.api.http.auth import ReadsEvidence
from app.api.http.cursors import USUAL, Cursor, Limit, Listing
from app.api.http.exact import exact
from app.api.http.problems import problems
from app.evidence.observed import SealedRecord
from app.services.proof.one_entry import RecordVerification, verify_record
from app.services.reading.evidence import (
    RecordVerdict,
    list_records,
    read_raw,
    read_record,
    read_verdicts,
)
from app.services.reading.log import proof_of

router = APIRouter(prefix="/evidence", tags=["evidence"], dependencies=[ReadsEvidence])
CollectorId = Annotated[str | None, Query(pattern=r"^[a-z0-9_.]{1,100}$")]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
OCTETS = "application/octet-stream"
UNCHANGED: dict[str, Any] = {"description": "What If-None-Match names is still what is here."}
JSON_BYTES: dict[str, Any] = {
    "description": "Canonical JSON (RFC 8785).",
    "content": {"application/json": {"schema": {"type": "object"}}},
}
RAW_BYTES: dict[str, Any] = {
    "description": "The body as Azure sent it.",
    "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}},
}


@router.get("", responses=problems(404))
def read_list(
    ports: Installation,
    connection: OneConnection,
    places: Places,
    first: From = None,
    last: To = None,
    collector: CollectorId = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Listing[SealedRecord]:
    """Records in the order of the log."""
    of = list_name("evidence", connection.id, first, last, collector)
    place = places.read(cursor, of)
    found = list_records(
        ports,
        connection,
        first=first or date.min,
        last=last or date.max,
        collector_id=collector,
        after_seq=int(place[0]) if place else -1,
        limit=limit + 1,
    )
    return places.listing(found, limit, of, lambda record: [record.seq])


@router.get(
    "/{record_id}",
    response_class=Response,
    responses={200: JSON_BYTES, 304: UNCHANGED, **problems(404, 409)},
)
def read_one(record_id: RecordId, ports: Installation, request: Request) -> Response:
    """The record's canonical bytes: hash them, and you have the ETag and the leaf of the log."""
    return exact(request, read_record(ports, record_id), "application/json")


@router.get(
    "/{record_id}/raw/{sha256}",
    response_class=Response,
    responses={200: RAW_BYTES, 304: UNCHANGED, **problems(404, 409)},
)
def read_raw_body(
    record_id: RecordId, sha256: Digest, ports: Installation, request: Request
) -> Response:
    """A body as Azure sent it, if this record names it."""
    return exact(request, read_raw(ports, record_id, sha256), OCTETS, attached=sha256)


@router.get("/{record_id}/verdicts", responses=problems(404, 409))
def read_record_verdicts(
    record_id: RecordId,
    ports: Installation,
    places: Places,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Listing[RecordVerdict]:
    """What its checks answered, with reasons, in the order sealed."""
    rows = read_verdicts(ports, record_id)
    return places.part(rows, cursor, limit, list_name("verdicts", record_id))


@router.get("/{record_id}/proof", response_class=PlainTextResponse, responses=problems(404, 409))
def read_proof(record_id: RecordId, ports: Installation) -> PlainTextResponse:
    """Proof of inclusion under the last checkpoint (C2SP tlog-proof)."""
    return PlainTextResponse(proof_of(ports, record_id))


@router.get("/{record_id}/verification", responses=problems(404))
async def read_verification(
    record_id: RecordId, ports: Working, answers: Answers
) -> RecordVerification:
    """Everything about the record, computed again now. A broken seal is an answer."""
    question = ("verification", record_id)
    return await answers.answer(question, lambda: verify_record(ports, record_id))
