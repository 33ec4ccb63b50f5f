"""Who may ask: a bearer token (RFC 6750) for everything but health, a scope for each route."""

import asyncio
import re
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.http.problems import ProblemError, app_problem, problem
from app.api.http.wrong_tokens import WrongTokens
from app.db.rows.tokens import ApiToken
from app.errors import AppError
from app.services.access.tokens import valid_token
from app.services.home.installation import Ports

OPEN = frozenset({"/health"})
"""Paths that answer without a token."""
CREDENTIALS = re.compile(r"bearer +([A-Za-z0-9._~+/=-]{1,400})", re.IGNORECASE)
NEEDED = "a valid bearer token is needed; make one with `annexa token create`"
NARROW = 2
"""Look-ups at once for who has been wrong too often."""
BEARER = HTTPBearer(auto_error=False, description="Made by `annexa token create`.")


class Gate:
    """Lets nothing through without a valid token, not even to learn which paths there are."""

    def __init__(self, app: ASGIApp, ports: Ports) -> None:
        self._app, self._ports = app, ports
        self._wrong = WrongTokens(ports.settings.service.wrong_tokens)
        self._narrow = CapacityLimiter(NARROW)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope)
        header = request.headers.get("authorization")
        address = request.client.host if request.client else ""
        wait = self._wrong.wait(address, asyncio.get_running_loop().time())
        try:
            token = await self._looked_up(header, narrow=wait > 0)
        except AppError as error:
            await app_problem(request, error)(scope, receive, send)
            return
        if token is None:
            if header is not None:
                self._wrong.count(address, asyncio.get_running_loop().time())
            slowed = wait and header is not None  # who brings none guesses nothing
            await (_throttled(request, wait) if slowed else _refusal(request))(scope, receive, send)
            return
        request.state.token = token
        await self._app(scope, receive, send)

    async def _looked_up(self, header: str | None, *, narrow: bool) -> ApiToken | None:
        """A right token is let in however many wrong ones came; those wait for each other."""
        limiter = self._narrow if narrow else None
        return await to_thread.run_sync(self._token, header, limiter=limiter)

    def _token(self, header: str | None) -> ApiToken | None:
        presented = CREDENTIALS.fullmatch(header or "")
        return valid_token(self._ports, presented[1]) if presented else None


def _refusal(request: Request) -> ASGIApp:
    """The same answer for a token that is unknown, expired or revoked."""
    presented = "authorization" in request.headers
    challenge = 'Bearer error="invalid_token"' if presented else "Bearer"
    headers = {"WWW-Authenticate": challenge}
    return problem(request, 401, "unauthorized", NEEDED, headers=headers)


def _throttled(request: Request, wait: int) -> ASGIApp:
    """The token was wrong, and so were many before it."""
    detail = "too many wrong tokens came; a right one is answered at any time"
    headers = {"Retry-After": str(wait)}
    return problem(request, 429, "too_many_wrong_tokens", detail, headers=headers)


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
