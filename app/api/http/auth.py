"""Who may ask: a bearer token (RFC 6750) for everything but health, a scope for each route."""

import re
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.http.problems import ProblemError, app_problem, problem
from app.db.rows.tokens import ApiToken
from app.errors import AppError
from app.services.access.tokens import valid_token
from app.services.home.installation import Ports

OPEN = frozenset({"/health"})
"""Paths that answer without a token."""
CREDENTIALS = re.compile(r"bearer +([A-Za-z0-9._~+/=-]{1,400})", re.IGNORECASE)
NEEDED = "a valid bearer token is needed; make one with `annexa token create`"
BEARER = HTTPBearer(auto_error=False, description="Made by `annexa token create`.")


class Gate:
    """Lets nothing through without a valid token, not even to learn which paths there are."""

    def __init__(self, app: ASGIApp, ports: Ports) -> None:
        self._app, self._ports = app, ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope)
        try:
            token = await run_in_threadpool(self._token, request.headers.get("authorization"))
        except AppError as error:
            await app_problem(request, error)(scope, receive, send)
            return
        if token is None:
            await _refusal(request)(scope, receive, send)
            return
        request.state.token = token
        await self._app(scope, receive, send)

    def _token(self, header: str | None) -> ApiToken | None:
        presented = CREDENTIALS.fullmatch(header or "")
        return valid_token(self._ports, presented[1]) if presented else None


def _refusal(request: Request) -> ASGIApp:
    """The same answer for a token that is unknown, expired or revoked."""
    presented = "authorization" in request.headers
    challenge = 'Bearer error="invalid_token"' if presented else "Bearer"
    headers = {"WWW-Authenticate": challenge}
    return problem(request, 401, "unauthorized", NEEDED, headers=headers)


def holder(
    needed: SecurityScopes,
    request: Request,
    _: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> ApiToken:
    """The token of this request, if it has the scopes of the route. Raises ProblemError (403)."""
    token: ApiToken = request.state.token
    missing = sorted(set(needed.scopes) - set(token.scopes))
    if missing:
        wanted = " ".join(needed.scopes)
        raise ProblemError(
            403,
            f"this token lacks the scope {', '.join(missing)}",
            code="insufficient_scope",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{wanted}"'},
        )
    return token


ReadsEvidence = Security(holder, scopes=["evidence:read"])
ReadsRuns = Security(holder, scopes=["runs:read"])
ReadsPacks = Security(holder, scopes=["packs:read"])
RunMaker = Annotated[ApiToken, Security(holder, scopes=["runs:create"])]
PackMaker = Annotated[ApiToken, Security(holder, scopes=["packs:create"])]
