"""The ASGI application: routes, what guards them, and the work behind them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig

from app.api.http.auth import Gate
from app.api.http.body_limit import BodyLimit
from app.api.http.cursors import Cursors
from app.api.http.headers import SecurityHeaders
from app.api.http.problems import Problem, handle_errors
from app.api.routes import (
    controls,
    disagreements,
    evidence,
    health,
    log,
    packs,
    runs,
    status,
    verdicts,
    verification,
)
from app.services.home.background import Background
from app.services.home.installation import Ports
from app.services.home.shared_answers import SharedAnswers
from app.services.nights.schedule.scheduler import Schedule
from app.services.packing.on_request import PackRequests

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}
"""FastAPI would send traces wherever the environment says; evidence has no business there."""
ROUTERS = (status, runs, evidence, verification, log, controls, verdicts, disagreements, packs)


def create_app(ports: Ports, schedule: Schedule | None = None) -> FastAPI:
    """The API of one installation; with a schedule, it also collects every night."""
    service = ports.settings.service
    working = ports.apart()
    turns = schedule.turns if schedule is not None else None
    background = Background(waiting=service.waiting_orders, turns=turns)
    answers = SharedAnswers(service.workers, service.waiting_questions)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if schedule is not None:
            schedule.start()
        try:
            yield
        finally:
            if schedule is not None:
                schedule.stop()
            background.stop()
            answers.stop()
            working.close()

    app = FastAPI(
        title="Annexa",
        summary="ISO/IEC 27001 evidence from Azure, sealed, and verifiable without us.",
        version=version("annexa"),
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    app.state.ports = ports
    app.state.working = working
    app.state.answers = answers
    app.state.background = background
    app.state.pack_requests = PackRequests(working, background)
    app.state.cursors = Cursors()
    handle_errors(app)
    app.include_router(health.router)
    versioned = APIRouter(prefix="/v1")
    for module in ROUTERS:
        versioned.include_router(module.router)
    app.include_router(versioned)
    # The one added last is outermost. FastAPI's own max_body_size would answer outside them all.
    app.add_middleware(BodyLimit)
    app.add_middleware(Gate, ports=ports)
    app.add_middleware(SecurityHeaders)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign] # FastAPI's own hook
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """FastAPI's description, with the one schema that only our error answers use."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, summary=app.summary, version=app.version, routes=app.routes
        )
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        parts = schema.pop("$defs")
        made["components"]["schemas"] |= {"Problem": schema, **parts}
        app.openapi_schema = made
    return app.openapi_schema
