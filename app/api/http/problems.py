"""Errors over HTTP: `application/problem+json` (RFC 9457), with the codes of docs/errors.md."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.api.http.headers import SECURITY_HEADERS
from app.errors import AppError, OverloadedError

LOG = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
SCHEMA = "#/components/schemas/Problem"
ALWAYS = (401, 403, 422, 429, 500, 503)
"""What every route but health may answer."""
OUTSIDE = "something this answer depends on does not work now; the log of annexa says what"
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
FAULT = "a fault of annexa; its log says what happened"
RETRY_SECONDS = "10"
"""When to ask again what cannot be answered now (RFC 9110, section 10.2.3)."""


class WrongField(BaseModel):
    """One part of a request that is not as it must be."""

    pointer: str
    """Where: /query/limit, /body/from."""
    detail: str


class Problem(BaseModel):
    """An error as RFC 9457 writes it."""

    type: str
    """/problems/ and the stable code that docs/errors.md explains."""
    title: str
    status: int
    detail: str
    instance: str
    errors: list[WrongField] | None = None


class ProblemError(HTTPException):
    """An error that only HTTP knows."""

    def __init__(
        self, status: int, detail: str, *, code: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.code = code


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: these, and those that every route may answer."""
    return {status: problem_schema(status) for status in sorted({*ALWAYS, *statuses})}


def problem_schema(status: int) -> dict[str, Any]:
    """One documented error."""
    return {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": SCHEMA}}},
    }


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: list[WrongField] | None = None,
) -> JSONResponse:
    """The answer to a request that failed."""
    body = Problem(
        type=f"/problems/{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=quote(request.scope["path"], errors="replace"),
        errors=errors,
    )
    return JSONResponse(
        body.model_dump(exclude_none=True),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def app_problem(request: Request, error: AppError) -> JSONResponse:
    """One of our own errors. What broke outside (paths, hosts) goes to the log, not to clients.

    Every 503 says when to ask again.
    """
    later = {"Retry-After": RETRY_SECONDS} if error.status == 503 else None
    if error.status < 500 or isinstance(error, OverloadedError):
        return problem(request, error.status, error.kind, error.message, headers=later)
    LOG.warning("request_failed", path=request.scope["path"], code=error.kind, said=error.message)
    detail = OUTSIDE if error.status == 503 else FAULT
    return problem(request, error.status, error.kind, detail, headers=later)


def handle_errors(app: FastAPI) -> None:
    """Turn every error of this application into a problem."""

    async def ours(request: Request, error: AppError) -> JSONResponse:
        return app_problem(request, error)

    async def http(request: Request, error: HTTPException) -> JSONResponse:
        code = error.code if isinstance(error, ProblemError) else _code(error.status_code)
        if error.status_code == 405:
            error.headers = {"Allow": ", ".join(_allowed(request))}
        return problem(request, error.status_code, code, str(error.detail), headers=error.headers)

    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [
            WrongField(pointer="/" + "/".join(map(str, each["loc"])), detail=each["msg"])
            for each in error.errors()
        ]
        detail = "the request is not as documented; `errors` names the parts"
        return problem(request, 422, "request_invalid", detail, errors=wrong)

    async def fault(request: Request, _: Exception) -> JSONResponse:
        # Starlette answers this outside all middleware, and raises it again for the server's log.
        return problem(request, 500, "error", FAULT, headers=SECURITY_HEADERS)

    app.exception_handlers.update(
        {AppError: ours, HTTPException: http, RequestValidationError: invalid, Exception: fault}
    )


def _allowed(request: Request) -> list[str]:
    """Methods of every route of this path; the router names only those of the first."""
    scope, routes = request.scope, request.app.routes
    return [
        method
        for method in METHODS
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def _code(status: int) -> str:
    return HTTPStatus(status).name.lower()
