"""The blob service as an aiohttp application: path style, /<account>/<container>/<blob>."""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from aiohttp import web

from simulator.blob.access import AudienceOf, Gate
from simulator.blob.call import Call, Reply, http_date, iso_date
from simulator.blob.errors import StorageError, missing_header
from simulator.blob.levers import PREFIX, is_lever, set_immutability
from simulator.blob.operations.route import perform
from simulator.blob.state import Storage

_LARGEST = 1024**3
"""Bytes of one request; all of it is held in memory."""

STORAGE: web.AppKey[Storage] = web.AppKey("storage", Storage)
"""Key of the application under which its state stands."""


def create_blob_app(
    *, tenant_id: str, now: Callable[[], datetime], audience_of: AudienceOf | None = None
) -> web.Application:
    """A blob service with no containers yet; accounts exist as they are named.

    New containers have versioning and version-level immutability without a default policy;
    `PUT /_sim/containers/<account>/<container>` (levers.py) sets what ARM sets in Azure.
    """
    storage, gate = Storage(), Gate(tenant_id, audience_of)

    async def answer(request: web.Request) -> web.StreamResponse:
        request_id, instant = str(uuid4()), now()
        try:
            made = await _answer(storage, gate, request, instant)
        except StorageError as error:
            made = _refusal(error, request_id, instant)
        made.headers.setdefault("Date", http_date(instant))
        made.headers["x-ms-request-id"] = request_id
        for name in ("x-ms-version", "x-ms-client-request-id"):
            if name in request.headers:
                made.headers[name] = request.headers[name]
        return _response(made, head=request.method == "HEAD")

    app = web.Application(client_max_size=_LARGEST)
    app[STORAGE] = storage
    app.router.add_route("*", "/{path:.*}", answer)
    return app


async def _answer(storage: Storage, gate: Gate, request: web.Request, instant: datetime) -> Reply:
    if is_lever(request):
        wanted = json.loads(await request.read())
        return set_immutability(storage, _call(request, PREFIX, b"", instant), wanted)
    gate.admit(request.headers, f"https://{request.host}")
    if "x-ms-version" not in request.headers:
        raise missing_header("x-ms-version")
    return perform(storage, _call(request, "/", await request.read(), instant))


def _call(request: web.Request, prefix: str, body: bytes, instant: datetime) -> Call:
    account, _, rest = request.path.removeprefix(prefix).lstrip("/").partition("/")
    container, _, blob = rest.partition("/")
    return Call(
        method=request.method,
        account=account,
        container=container,
        blob=blob,
        query={name.lower(): text for name, text in request.query.items()},
        headers=request.headers,
        body=body,
        now=instant,
        base_url=f"https://{request.host}",
    )


def _refusal(error: StorageError, request_id: str, instant: datetime) -> Reply:
    headers = {"x-ms-error-code": error.code, "Content-Type": "application/xml"} | error.headers
    body = b"" if error.status == 304 else error.xml(request_id, iso_date(instant))
    return Reply(status=error.status, headers=headers, body=body)


def _response(made: Reply, *, head: bool) -> web.Response:
    headers = made.headers if head else made.headers | {"Content-Length": str(len(made.body))}
    return web.Response(status=made.status, headers=headers, body=None if head else made.body)
