"""The blob service in a thread of the test's process, and credentials for it."""

import asyncio
import base64
import contextlib
import json
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from aiohttp import web
from azure.core.credentials import AccessToken, TokenCredential
from azure.storage.blob import BlobServiceClient, ContainerClient

from simulator.blob.app import STORAGE, create_blob_app
from simulator.blob.state import Storage
from simulator.tls import make_tls
from tests.patience import PATIENCE

TENANT = "5f0d2c51-3f0a-4c56-9a0e-3a1d8b2f7c11"


def token(audience: str = "https://storage.azure.com", *, tenant: str = TENANT) -> str:
    """A token of nobody's signature, which the lone service and Azurite take at its word."""
    instant = int(time.time())
    claims = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{tenant}/",
        "tid": tenant,
        "oid": tenant,
        "iat": instant - 10,
        "nbf": instant - 10,
        "exp": instant + 3600,
    }
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join([*encoded, b"c2ln"]).decode()


class Credential:
    """Gives that token."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(token(scopes[0].removesuffix("/.default")), int(time.time()) + 3600)


@dataclass
class Clock:
    """The service's time; tests move it on."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, kw_only=True)
class BlobService:
    """A running blob service."""

    url: str
    ca_file: Path
    clock: Clock
    state: Storage
    clients: contextlib.ExitStack

    def client(self, account: str = "evidence", **options: Any) -> BlobServiceClient:
        """The real SDK, trusting this service's CA."""
        credential: TokenCredential = Credential()
        made = BlobServiceClient(
            f"{self.url}/{account}",
            credential=credential,
            connection_verify=str(self.ca_file),
            **{"retry_total": 0} | options,
        )
        self.clients.callback(made.close)
        return made

    def container(self, name: str, **options: Any) -> ContainerClient:
        """A container, made now."""
        return self.client(**options).create_container(name)

    def plain(self, **headers: str) -> httpx2.Client:
        """A client that sends nothing of its own but these headers."""
        trust = ssl.create_default_context(cafile=str(self.ca_file))
        return httpx2.Client(verify=trust, headers=headers)

    def immutability(self, container: str, *, account: str = "evidence", **wanted: Any) -> int:
        """Pull the simulator's lever; the status."""
        url = f"{self.url}/_sim/containers/{account}/{container}"
        with self.plain() as client:
            return client.put(url, json=wanted).status_code


@contextlib.contextmanager
def serving() -> Iterator[BlobService]:
    """Serve until the end of the block."""
    clock, tls = Clock(), make_tls()
    app = create_blob_app(tenant_id=TENANT, now=clock)
    loop, stop, started = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    port: list[int] = []

    async def serve() -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls.context)
        await site.start()
        port.append(int(runner.addresses[0][1]))
        started.set()
        await stop.wait()
        assert runner.server is not None
        for connection in runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()  # a client that went away never says goodbye
        await runner.cleanup()
        await asyncio.sleep(0.01)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    try:
        assert started.wait(PATIENCE)
        with tempfile.TemporaryDirectory() as folder:
            ca_file = Path(folder) / "ca.pem"
            ca_file.write_bytes(tls.ca_pem)
            url = f"https://127.0.0.1:{port[0]}"
            with contextlib.ExitStack() as clients:
                yield BlobService(
                    url=url, ca_file=ca_file, clock=clock, state=app[STORAGE], clients=clients
                )
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        loop.close()
