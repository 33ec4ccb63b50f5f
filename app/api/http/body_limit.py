"""No request body is longer than the longest that any route has use for."""

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.http.problems import ProblemError, problem

LARGEST = 64 * 1024
SENTENCE = f"a request body may have {LARGEST} bytes"


class BodyLimit:
    """Refuses by what the request announces, and counts where it announces nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        announced = request.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced) > LARGEST:
            await problem(request, 413, "body_too_large", SENTENCE)(scope, receive, send)
            return
        received = 0

        async def counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST:
                raise ProblemError(413, SENTENCE, code="body_too_large")
            return message

        await self._app(scope, counting, send)
