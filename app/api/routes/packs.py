"""Packs: ask for one, follow it, fetch its PDF and its bundle."""

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.http.asked import (
    NAMED,
    AnyConnection,
    Day,
    IdempotencyKey,
    Installation,
    Places,
    Requested,
    list_name,
)
from app.api.http.auth import PackMaker, ReadsPacks
from app.api.http.cursors import USUAL, Cursor, Limit, Listing
from app.api.http.exact import download
from app.api.http.problems import problems
from app.db.rows.packs import PackState, StoredPack
from app.evidence.events.access_events import PackIssued
from app.evidence.record import instant, utc
from app.packs.view.facts import Engagement
from app.services.connections.register import find_connection
from app.services.packing.files import Kind, find_pack, open_pack_file
from app.services.packing.on_request import PackRequest
from app.services.reading.evidence import list_packs

LOG = structlog.get_logger()
router = APIRouter(prefix="/packs", tags=["packs"])
POLL_SECONDS = "5"
PACK_ID = r"^AXP-[0-9A-F]{12}$"
REQUEST_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PackId = Annotated[str, Path(pattern=PACK_ID)]
EitherId = Annotated[str, Path(pattern=rf"^(AXP-[0-9A-F]{{12}}|{REQUEST_ID})$")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]+$")]
TYPES: dict[Kind, str] = {
    "bundle": "application/vnd.etsi.asic-e+zip",
    "pdf": "application/pdf",
}


class PackOrder(BaseModel):
    """The audit a pack is made for."""

    model_config = ConfigDict(extra="forbid")

    connection: Annotated[str, Field(pattern=NAMED)]
    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    """Inclusive."""
    engagement: Line
    auditor: Line
    scope: Text


class PackLinks(BaseModel):
    """Where it is, and its files once they are there."""

    itself: Annotated[str, Field(alias="self")]
    bundle: str | None = None
    pdf: str | None = None


class PackView(BaseModel):
    """A pack that was asked for or issued."""

    id: str
    state: PackState
    connection_id: str
    engagement: str
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    asked_at: datetime
    """When it was asked for; of an issued one, when it was issued."""
    issued_at: datetime | None = None
    sealed_at: datetime | None = None
    """When the checkpoint over its evidence was signed; None where an earlier version issued it."""
    pack_id: str | None
    bundle_sha256: str | None = None
    code: str | None = None
    """Error code of a failed one (docs/errors.md)."""
    detail: str | None = None
    links: PackLinks


@router.get("", responses=problems(404), dependencies=[ReadsPacks])
def read_packs(
    ports: Installation,
    connection: AnyConnection,
    places: Places,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Listing[PackView]:
    """Issued packs, newest first."""
    of = list_name("packs", connection.id if connection else "")
    place = places.read(cursor, of)
    after = (instant(str(place[0])), str(place[1])) if place else None
    views = [_issued(pack) for pack in list_packs(ports, connection, after, limit + 1)]
    return places.listing(views, limit, of, lambda view: [utc(view.asked_at), view.id])


@router.post("", status_code=202, responses=problems(400, 404, 409, 413))
def begin_pack(
    order: PackOrder,
    ports: Installation,
    requests: Requested,
    token: PackMaker,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> PackView:
    """Draw and seal a pack in the background; follow it at Location."""
    engagement = Engagement(
        name=order.engagement,
        auditor=order.auditor,
        scope=order.scope,
        first=order.first,
        last=order.last,
    )
    connection = find_connection(ports, order.connection)
    asked = requests.ask(connection, engagement, f"API token {token.id}", idempotency_key)
    response.headers["Location"] = f"/v1/packs/{asked.id}"
    response.headers["Retry-After"] = POLL_SECONDS
    return _requested(asked)


@router.get("/{pack_id}", responses=problems(404), dependencies=[ReadsPacks])
def read_pack(
    pack_id: EitherId, ports: Installation, requests: Requested, response: Response
) -> PackView:
    """An issued pack, or one that was asked for."""
    if pack_id.startswith("AXP-"):
        return _issued(find_pack(ports, pack_id))
    asked = requests.find(pack_id)
    if asked.state is PackState.RUNNING:
        response.headers["Retry-After"] = POLL_SECONDS
    return _requested(asked)


def _files(kind: Kind) -> dict[int | str, dict[str, Any]]:
    content = {TYPES[kind]: {"schema": {"type": "string", "format": "binary"}}}
    return {
        200: {"description": "The whole file.", "content": content},
        206: {"description": "The part that Range names.", "content": content},
        304: {"description": "What If-None-Match names is still what is here."},
        **problems(404, 409, 416),
    }


@router.get(
    "/{pack_id}/bundle",
    response_class=Response,
    responses=_files("bundle"),
    dependencies=[ReadsPacks],
)
@router.head(
    "/{pack_id}/bundle",
    response_class=Response,
    responses=_files("bundle"),
    dependencies=[ReadsPacks],
)
def read_bundle(pack_id: PackId, ports: Installation, request: Request) -> Response:
    """The sealed bundle, once more measured by the digest in the log; in parts if asked for."""
    return _sent(pack_id, "bundle", ports, request)


@router.get(
    "/{pack_id}/pdf", response_class=Response, responses=_files("pdf"), dependencies=[ReadsPacks]
)
@router.head(
    "/{pack_id}/pdf", response_class=Response, responses=_files("pdf"), dependencies=[ReadsPacks]
)
def read_pdf(pack_id: PackId, ports: Installation, request: Request) -> Response:
    """The PDF, once more measured by the digest that its bundle seals; in parts if asked for."""
    return _sent(pack_id, "pdf", ports, request)


def _sent(pack_id: str, kind: Kind, ports: Installation, request: Request) -> Response:
    file = open_pack_file(ports, pack_id, kind)
    LOG.info(
        "pack_downloaded",
        by=request.state.token.id,
        pack=pack_id,
        file=kind,
        sha256=file.sha256,
        method=request.method,
        range=request.headers.get("range"),
    )
    return download(request, file, TYPES[kind])


def _issued(pack: StoredPack) -> PackView:
    told = PackIssued.of(json.loads(pack.detail))
    return PackView.model_validate(
        {
            "id": pack.id,
            "state": pack.state,
            "connection_id": pack.connection_id,
            "engagement": told.engagement,
            "from": pack.period_from.astimezone(UTC).date(),
            "to": pack.period_to.astimezone(UTC).date(),
            "asked_at": pack.created_at,
            "issued_at": told.issued_at or pack.created_at,
            "sealed_at": told.sealed_at,
            "pack_id": pack.id,
            "bundle_sha256": pack.bundle_sha256,
            "links": _links(pack.id, pack.id),
        }
    )


def _requested(asked: PackRequest) -> PackView:
    return PackView.model_validate(
        {
            "id": asked.id,
            "state": asked.state,
            "connection_id": asked.connection_id,
            "engagement": asked.engagement.name,
            "from": asked.engagement.first,
            "to": asked.engagement.last,
            "asked_at": asked.requested_at,
            "pack_id": asked.pack_id,
            "code": asked.code,
            "detail": asked.detail,
            "links": _links(asked.id, asked.pack_id),
        }
    )


def _links(itself: str, pack_id: str | None) -> dict[str, str | None]:
    ready = f"/v1/packs/{pack_id}" if pack_id else None
    return {
        "self": f"/v1/packs/{itself}",
        "bundle": f"{ready}/bundle" if ready else None,
        "pdf": f"{ready}/pdf" if ready else None,
    }
