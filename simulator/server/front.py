"""The front of every simulated service: reads the request, lets faults strike, keeps the log."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote
from uuid import uuid4

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulator.server.audiences import Service, service_of
from simulator.server.clock import http_date, iso
from simulator.server.control.request_log import Entry, RequestLog
from simulator.server.faults.answers import fault_answer, spoil
from simulator.server.faults.rules import FaultRule
from simulator.server.faults.silent import SILENT, alter
from simulator.server.question import Answer, Question
from simulator.server.services import provenance
from simulator.server.simulation import Simulation

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SLASHES = re.compile(r"/{2,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    status: int | None
    body: bytes | None


def make_front(simulation: Simulation, log: RequestLog, *, blob: bool = False) -> Middleware:
    """The middleware around one web application. `blob` for the blob service's own port."""

    @web.middleware
    async def front(request: web.Request, handler: Handler) -> web.StreamResponse:
        service = service_of(_SLASHES.sub("/", request.path))
        if service == "sim":
            return await handler(request)
        service = "blob" if blob else service
        visit = _Visit(simulation=simulation, log=log, request=request, service=service)
        return await visit.answer(handler)

    return front


async def read_question(request: web.Request, simulation: Simulation) -> Question:
    """The request as the services read it."""
    path = _SLASHES.sub("/", request.path)
    return Question(
        method=request.method,
        path=path.rstrip("/") or "/",
        query={name.lower(): text for name, text in request.query.items()},
        headers=request.headers,
        body=await request.read(),
        base_url=f"https://{request.host}",
        now=simulation.clock.now(),
        request_id=str(uuid4()),
    )


def to_response(made: Answer) -> web.Response:
    """An answer as aiohttp sends it: the very bytes, never compressed."""
    response = web.Response(status=made.status, body=made.body)
    response.headers["Content-Type"] = made.content_type
    for name, value in made.headers.items():
        response.headers[name] = value
    return response


@dataclass(frozen=True, kw_only=True, slots=True)
class _Visit:
    """One request on its way through the front."""

    simulation: Simulation
    log: RequestLog
    request: web.Request
    service: Service

    async def answer(self, handler: Handler) -> web.StreamResponse:
        faults = self.simulation.faults
        rule = faults.strike(
            service=self.service,
            method=self.request.method,
            path=unquote(self.request.raw_path),
            body=await self.request.read() if faults.reads_bodies else b"",
        )
        delay = self.simulation.settings.latency_ms + (rule.delay_ms if rule else 0)
        if delay:
            await asyncio.sleep(delay / 1000)
        if rule is None or rule.kind == "delay":
            return self._keep(await handler(self.request), rule)
        if rule.kind == "drop":
            return self._drop(rule)
        if rule.kind == "truncate":
            return await self._truncate(await handler(self.request), rule)
        if rule.kind == "malformed":
            return self._keep(_spoiled(await handler(self.request)), rule)
        if rule.kind in SILENT:
            return self._keep(_altered(await handler(self.request), rule), rule)
        question = await read_question(self.request, self.simulation)
        response = to_response(fault_answer(rule, self.service, question))
        for name, value in provenance(self.service, question).items():
            response.headers.setdefault(name, value)
        return self._keep(response, rule)

    def _keep(self, response: web.StreamResponse, rule: FaultRule | None) -> web.StreamResponse:
        self._stamp(response)
        body = response.body if isinstance(response, web.Response) else None
        if self.request.method == "HEAD":
            body = b""
        known = body if isinstance(body, bytes) else b"" if body is None else None
        streamed = not isinstance(response, web.Response)
        self._write(_Sent(status=response.status, body=None if streamed else known), rule)
        return response

    def _drop(self, rule: FaultRule) -> web.StreamResponse:
        self._write(_Sent(status=None, body=None), rule)
        if self.request.transport is not None:
            self.request.transport.abort()
        return web.Response()

    async def _truncate(self, response: web.StreamResponse, rule: FaultRule) -> web.StreamResponse:
        """Announce the whole body, send the front half, close the connection."""
        whole = response.body if isinstance(response, web.Response) else b""
        body = whole if isinstance(whole, bytes) else b""
        part = body[: len(body) // 2]
        short = web.StreamResponse(status=response.status, headers=response.headers)
        short.content_length = max(len(body), len(part) + 1)
        self._stamp(short)
        await short.prepare(self.request)
        await short.write(part)
        self._write(_Sent(status=response.status, body=part), rule)
        if self.request.transport is not None:
            self.request.transport.close()
        return short

    def _stamp(self, response: web.StreamResponse) -> None:
        response.headers["Date"] = http_date(self.simulation.clock.now())
        response.headers["Server"] = "annexa-simulator"

    def _write(self, sent: _Sent, rule: FaultRule | None) -> None:
        query = {name.lower(): text for name, text in self.request.query.items()}
        self.log.write(
            Entry(
                ts=iso(self.simulation.clock.now()),
                method=self.request.method,
                path=self.request.raw_path,
                api_version=query.get("api-version") or self.request.headers.get("x-ms-version"),
                host=self.service,
                status=sent.status,
                sha256=None if sent.body is None else hashlib.sha256(sent.body).hexdigest(),
                bytes=None if sent.body is None else len(sent.body),
                fault=rule.label if rule else None,
            )
        )


def _spoiled(response: web.StreamResponse) -> web.StreamResponse:
    if isinstance(response, web.Response) and isinstance(response.body, bytes):
        response.body = spoil(response.body)
    return response


def _altered(response: web.StreamResponse, rule: FaultRule) -> web.StreamResponse:
    if isinstance(response, web.Response) and isinstance(response.body, bytes):
        response.body = alter(response.body, rule)
    return response
