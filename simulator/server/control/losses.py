"""What a tenant may lose, under /_sim: rights, resources, rows of lists. No token is needed.

POST /_sim/withdraw and /_sim/grant, POST and DELETE /_sim/delete, POST and DELETE /_sim/shorten;
a body is one document or a list of them (`simulator.levers`). All of it outlives the night.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

from simulator.levers.deletion import parse_deletion
from simulator.levers.document import LeverError
from simulator.levers.rights import parse_withdrawal
from simulator.levers.shortening import parse_shortening

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

T = TypeVar("T")


def lever_routes(simulation: "Simulation") -> list[web.RouteDef]:
    """Routes of the levers."""

    async def withdraw(request: web.Request) -> web.Response:
        simulation.withdraw(*await _each(request, parse_withdrawal))
        return _identity(simulation)

    async def grant(request: web.Request) -> web.Response:
        simulation.grant(*await _each(request, parse_withdrawal))
        return _identity(simulation)

    async def delete(request: web.Request) -> web.Response:
        simulation.delete(*await _each(request, parse_deletion))
        return web.json_response({"deletions": [asdict(one) for one in simulation.deletions]})

    async def restore(_: web.Request) -> web.Response:
        simulation.delete()
        return web.json_response({})

    async def shorten(request: web.Request) -> web.Response:
        made = await _each(request, parse_shortening)
        simulation.shorten(*(one for several in made for one in several))
        return web.json_response({"shortenings": [asdict(one) for one in simulation.shortenings]})

    async def lengthen(_: web.Request) -> web.Response:
        simulation.shorten()
        return web.json_response({})

    async def identity(_: web.Request) -> web.Response:
        return _identity(simulation)

    return [
        web.post("/_sim/withdraw", withdraw),
        web.post("/_sim/grant", grant),
        web.post("/_sim/delete", delete),
        web.delete("/_sim/delete", restore),
        web.post("/_sim/shorten", shorten),
        web.delete("/_sim/shorten", lengthen),
        web.get("/_sim/identity", identity),
    ]


async def _each(request: web.Request, parse: Callable[[Any], T]) -> list[T]:
    """What the body asks for, a document or several; an empty object asks for nothing."""
    try:
        document = json.loads(await request.read() or b"{}")
        documents = document if isinstance(document, list) else [document]
        return [parse(one) for one in documents if one != {}]
    except (LeverError, json.JSONDecodeError) as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def _identity(simulation: "Simulation") -> web.Response:
    return web.json_response(
        {
            "client_id": simulation.client_id,
            "object_id": simulation.object_id,
            "granted": list(simulation.rights.granted),
            "withdrawn": [asdict(one) for one in simulation.rights.withdrawn],
        }
    )
