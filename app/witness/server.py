"""A witness over HTTP (c2sp.org/tlog-witness): add-checkpoint, and each log's newest checkpoint."""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.evidence.tree.witness_request import LONGEST
from app.witness.decision import WitnessRefusalError
from app.witness.folder import Witness


def create_witness_app(witness: Witness) -> Starlette:
    """The application. Nobody is asked who they are: a request stands on the log's signature."""

    async def add_checkpoint(request: Request) -> Response:
        try:
            data = await _body(request)
            lines = await run_in_threadpool(witness.add_checkpoint, data)
        except WitnessRefusalError as refusal:
            return _refused(refusal)
        return Response(lines, media_type="text/plain; charset=utf-8")

    async def checkpoint(request: Request) -> Response:
        found = await run_in_threadpool(witness.checkpoint, request.path_params["origin"])
        if found is None:
            return PlainTextResponse("nothing was cosigned of such a log\n", 404)
        return Response(found, media_type="text/plain; charset=utf-8")

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin}/checkpoint", checkpoint, methods=["GET"]),
        ]
    )


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > LONGEST:
            raise WitnessRefusalError(400, f"a request has at most {LONGEST} bytes")
    return bytes(data)


def _refused(refusal: WitnessRefusalError) -> Response:
    if refusal.size is not None:
        kind = {"Content-Type": "text/x.tlog.size"}  # exactly: no character set behind it
        return Response(f"{refusal.size}\n", refusal.status, kind)
    return PlainTextResponse(f"{refusal.reason}\n", refusal.status)
