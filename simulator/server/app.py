"""The simulated Azure as one aiohttp application: every service on one host."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from simulator.server import services
from simulator.server.audiences import service_of
from simulator.server.control.losses import lever_routes
from simulator.server.control.request_log import RequestLog
from simulator.server.control.routes import control_routes
from simulator.server.front import make_front, read_question, to_response
from simulator.server.simulation import Simulation
from simulator.tenant.model import Tenant

_MAX_BODY = 16 * 1024 * 1024


def create_app(
    simulation: Simulation, log: RequestLog, *, least: Callable[[Tenant], dict[str, Any]]
) -> web.Application:
    """Everything but blobs: Entra, ARM, Resource Graph, Graph, Logs, Key Vault and /_sim."""

    async def azure(request: web.Request) -> web.StreamResponse:
        question = await read_question(request, simulation)
        service = service_of(question.path)
        if service == "sim":
            raise web.HTTPNotFound(text=f"no such lever: {question.path}")
        return to_response(services.answer(simulation, service, question))

    app = web.Application(middlewares=[make_front(simulation, log)], client_max_size=_MAX_BODY)
    app.add_routes(control_routes(simulation, log, least=least))
    app.add_routes(lever_routes(simulation))
    app.router.add_route("*", "/{path:.*}", azure)
    return app
