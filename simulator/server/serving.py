"""Listening: applications behind TLS on loopback ports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from simulator.tls import Tls

_BACKLOG = 512
"""Collectors open many connections at once; a short queue would look like a slow Azure."""


@asynccontextmanager
async def listening(app: web.Application, tls: Tls, *, port: int = 0) -> AsyncIterator[int]:
    """Serve `app` on 127.0.0.1 and give the port (0 asks for a free one); stop at the end."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, keepalive_timeout=75.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls.context, backlog=_BACKLOG)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
