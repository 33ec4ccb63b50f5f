"""The HTTP server of every command that serves: slow clients are cut, and a signal ends it in time.

uvicorn has a time limit between two requests, and none for a request that never arrives whole or
an answer that nobody takes.
"""

import asyncio
import os
import threading
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.cli.edge import ERR

GRACE = 8.0
"""Seconds from the first signal to the end, whatever is in work: `docker stop` kills after ten."""
FEW = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientLimits:
    """How slow and how many clients may be."""

    head: float = 10.0
    """Seconds in which the head of a request has to arrive, from its connection or first byte."""
    body: float = 15.0
    """Seconds in which its body has to arrive."""
    stalled: float = 30.0
    """Seconds in which a client has to take some of an answer that it asked for."""
    connections: int = FEW
    """Open at once; more are answered 503."""


class HttpServer(uvicorn.Server):
    """An ASGI application behind those limits."""

    def __init__(self, app: Any, limits: ClientLimits, **options: Any) -> None:
        protocol: Any = partial(GuardedProtocol, limits=limits)  # called as a class would be
        config = uvicorn.Config(
            app, http=protocol, ws="none", log_level="warning", server_header=False, **options
        )
        super().__init__(config)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop. What is not done within `GRACE` is left to the next start."""
        super().handle_exit(sig, frame)
        last = threading.Timer(GRACE, _leave)
        last.daemon = True
        last.start()


def _leave() -> None:
    """Nothing sealed can be lost by it: every write is whole or goes on at the next start."""
    ERR.print("Annexa ends with work unfinished; it goes on at the next start.")
    os._exit(0)


class GuardedProtocol(H11Protocol):
    """One connection. A request that does not arrive in time is answered 408 and cut."""

    def __init__(self, *given: Any, limits: ClientLimits, **named: Any) -> None:
        super().__init__(*given, **named)
        self._limits = limits
        self._awaited = ""
        self._arrival: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The head of a request is awaited from now on; one connection too many is refused."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            self._end(503, "Service Unavailable", "overloaded")
            return
        self._await("head")

    def data_received(self, data: bytes) -> None:
        """Part of a request."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        state = self.conn.their_state
        self._await({h11.IDLE: "head", h11.SEND_BODY: "body"}.get(state, ""))

    def on_response_complete(self) -> None:
        """Until the next request begins, uvicorn's own limit holds."""
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE:
            self._await("")

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._await("")
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client takes less than it is sent."""
        super().pause_writing()
        if self._taking is None:
            self._taking = self.loop.call_later(self._limits.stalled, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has taken most of what was sent."""
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None
        super().resume_writing()

    def _await(self, what: str) -> None:
        """A limit runs from when it was first awaited, however many pieces arrive meanwhile."""
        if what == self._awaited:
            return
        self._awaited = what
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None
        if what:
            seconds = self._limits.head if what == "head" else self._limits.body
            self._arrival = self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        if self.cycle is not None and self.cycle.response_started and self._awaited == "body":
            self.transport.abort()
        else:
            self._end(408, "Request Timeout", "request_timeout")

    def _end(self, status: int, title: str, code: str) -> None:
        """Answer as RFC 9457 writes it, past h11: whatever state it is in, this is the last."""
        if self.transport.is_closing():
            return
        body = f'{{"type":"/problems/{code}","title":"{title}","status":{status}}}'
        self.transport.write(
            f"HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nretry-after: 10\r\nconnection: close\r\n\r\n"
            f"{body}".encode()
        )
        self.transport.close()
