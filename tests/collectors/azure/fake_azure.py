"""A small Azure of our own on loopback: real TLS, real sockets, answers told by the test."""

import asyncio
import base64
import json
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from collectors.azure.clouds import Cloud
from collectors.azure.intake import Incoming, Unstored
from collectors.azure.live import LiveGateway

TENANT = "11111111-2222-3333-4444-555555555555"
Open = Callable[..., LiveGateway]
"""Opens a gateway to the fake Azure: keyword options of LiveGateway, `secret`, `cloud`."""
SECRET = "correct-horse-battery-staple"
CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


@dataclass(kw_only=True)
class Told:
    """One answer of the server."""

    body: bytes = b'{"value":[]}'
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    held: asyncio.Event = field(default_factory=lambda: _set(asyncio.Event()))
    """The answer waits until this is set, as it is from the beginning."""
    cut: bool = False
    """Announce more bytes than are sent, then hang up."""
    drop: bool = False
    """Hang up without an answer."""
    chunked: bool = False
    """Send the body without saying before how long it is."""
    drips: bool = False
    """Send the body, chunked, and after it byte after byte without an end."""


_PIECE = 1 << 18


@dataclass(kw_only=True)
class Heard:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class FakeAzure:
    """Plays told answers by path, the last one for ever; hears every request."""

    def __init__(self) -> None:
        self.told: dict[str, list[Told]] = {}
        self.heard: list[Heard] = []
        self.tokens: list[dict[str, str]] = []
        self.token_errors: dict[str, str] = {}
        self.base = ""
        self.echoes = False
        """Whether a refused secret is quoted in the refusal (Azure does not)."""
        self.at_once = self.most_at_once = 0
        self.arrived = asyncio.Event()
        """Set once a request has come in."""
        self.hung_up = asyncio.Event()
        """Set once somebody did not take all of a chunked body."""

    def tell(self, path: str, *answers: Told) -> None:
        self.told[path] = list(answers)

    def asked(self, path: str) -> list[Heard]:
        return [heard for heard in self.heard if heard.path == path]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/oauth2/v2.0/token"):
            return await self._token(request)
        self.heard.append(
            Heard(
                method=request.method,
                path=request.path,
                query=dict(request.query),
                headers={k.lower(): v for k, v in request.headers.items()},
                body=await request.read(),
            )
        )
        answers = self.told.get(request.path, [Told(status=404, body=b'{"error":{}}')])
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.arrived.set()
        await told.held.wait()
        await asyncio.sleep(told.delay)
        self.at_once -= 1
        if told.drop:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        headers = {"Content-Type": "application/json", **told.headers}
        if told.chunked or told.drips:
            return await _chunked(request, told, headers, self.hung_up)
        if not told.cut:
            return web.Response(body=told.body, status=told.status, headers=headers)
        response = web.StreamResponse(status=told.status, headers=headers)
        response.content_length = len(told.body) + 100
        await response.prepare(request)
        await response.write(told.body)
        assert request.transport is not None
        request.transport.close()
        return response

    async def _token(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.tokens.append(form)
        scope = form.get("scope", "")
        error = self.token_errors.get(scope)
        if error is None and form.get("client_secret", SECRET) != SECRET:
            error = "AADSTS7000215: Invalid client secret provided."
            error += form["client_secret"] if self.echoes else ""
        if error is not None:
            refused = {"error": "invalid_client", "error_description": error}
            return web.json_response(refused, status=401)
        return web.json_response(
            {"token_type": "Bearer", "expires_in": 3600, "access_token": token(scope)}
        )


async def _chunked(
    request: web.Request, told: Told, headers: dict[str, str], hung_up: asyncio.Event
) -> web.StreamResponse:
    response = web.StreamResponse(status=told.status, headers=headers)
    await response.prepare(request)
    for at in range(0, len(told.body), _PIECE):
        if request.transport is None or request.transport.is_closing():
            hung_up.set()  # whoever has enough
            return response
        await response.write(told.body[at : at + _PIECE])
        await asyncio.sleep(0)  # what became of the connection is told by the loop
    while told.drips and request.transport is not None and not request.transport.is_closing():
        await response.write(b" ")
        await asyncio.sleep(0.02)
    return response


def _set(event: asyncio.Event) -> asyncio.Event:
    event.set()
    return event


def token(scope: str) -> str:
    claims = {
        "aud": scope,
        "tid": TENANT,
        "oid": "oid-1",
        "appid": CLIENT,
        "idtyp": "app",
        "uti": "token-id-1",
        "exp": int(time.time()) + 3600,
    }
    parts = ({"alg": "none"}, claims)
    return ".".join([*(_b64(json.dumps(part).encode()) for part in parts), "sig"])


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Time:
    """Time that passes only when somebody sleeps."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 1, 0, tzinfo=UTC) + timedelta(seconds=self.seconds)


def _take(_: bytes) -> None:
    """Take a body without a word."""


@dataclass
class Kept:
    """Where raw bodies go; remembers their order."""

    taking: Callable[[bytes], None] = _take
    """Called with each body before it is kept."""
    bodies: list[bytes] = field(default_factory=list)
    begun: int = 0
    dropped: int = 0

    def __call__(self) -> Incoming:
        self.begun += 1
        return _Body(self)


class _Body(Unstored):
    def __init__(self, kept: Kept) -> None:
        super().__init__()
        self._kept = kept

    async def keep(self) -> None:
        await asyncio.sleep(0)
        body = await self.body()
        self._kept.taking(body)
        self._kept.bodies.append(body)

    def drop(self) -> None:
        super().drop()
        self._kept.dropped += 1


async def serve(azure: FakeAzure, tls: ssl.SSLContext) -> web.AppRunner:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", azure.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    azure.base = f"https://127.0.0.1:{runner.addresses[0][1]}"
    return runner


def cloud_at(base: str, ca: Path | None) -> Cloud:
    return Cloud(
        name="custom",
        authority=base,
        resource_manager=base,
        resource_manager_audience="https://arm.test",
        graph=base,
        graph_audience="https://graph.test",
        logs=base,
        logs_audience="https://logs.test",
        storage_audience="https://storage.test",
        vault_audience="https://vault.test",
        ca_file=ca,
    )
