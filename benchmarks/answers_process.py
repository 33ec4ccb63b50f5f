"""The process whose memory `answers.py` looks at: it asks, and prints before and after."""

import asyncio
import ssl
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from azure.core.credentials import AccessToken

from app.store.local.folder import LocalStore
from collectors.azure.clouds import PUBLIC
from collectors.azure.gateway import Ask
from collectors.azure.live import LiveGateway
from collectors.kit import TENANT, Arm

TENANT_ID = "11111111-1111-1111-1111-111111111111"


class Anyone:
    """A credential that needs no sign-in."""

    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        """A token that nobody checks."""
        return AccessToken("e30.e30.e30", int(time.time()) + 3600)

    async def close(self) -> None:
        """Nothing is held."""


def keeping(store: LocalStore) -> Any:
    """Where bodies go; in a checkout before they were streamed, as whole bodies."""
    try:
        from app.services.nights.intake import intake_of
    except ImportError:
        from app.services.nights import one_record

        return one_record.keep_in(store)  # type: ignore[attr-defined]
    return intake_of(store)


async def ask_gateway(port: str, folder: Path, answers: int) -> None:
    """As a night asks."""
    base = f"https://127.0.0.1:{port}"
    cloud = replace(PUBLIC, name="custom", resource_manager=base, ca_file=folder / "ca.pem")
    gateway = LiveGateway(cloud, Anyone(), TENANT_ID, now=_now)  # type: ignore[arg-type] # no context needed
    keep = keeping(LocalStore(folder / "store"))
    print(_megabytes("VmRSS"), flush=True)
    asks = [
        Ask(name="one", scope=TENANT, read=Arm(path=f"/{n}", api_version="1", per="tenant"))
        for n in range(answers)
    ]
    pages = await asyncio.gather(*(gateway.ask(ask, keep) for ask in asks))
    if any(page.fault or page.status != 200 for (page,) in pages):
        raise SystemExit("An answer was not taken.")
    await gateway.close()


async def read_whole(port: str, folder: Path, answers: int) -> None:
    """As a program that reads whole bodies."""
    tls = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    print(_megabytes("VmRSS"), flush=True)

    async def one() -> bytes:
        async with session.get(f"https://127.0.0.1:{port}/", ssl=tls) as response:
            return await response.read()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one() for _ in range(answers)))


def _now() -> datetime:
    return datetime.now(UTC)


def _megabytes(name: str) -> float:
    """Resident now (VmRSS) or at most (VmHWM), as the kernel counts it (proc(5))."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


if __name__ == "__main__":
    how, port, folder, answers = sys.argv[1:]
    asker = ask_gateway if how == "gateway" else read_whole
    asyncio.run(asker(port, Path(folder), int(answers)))
    print(_megabytes("VmHWM"), flush=True)
