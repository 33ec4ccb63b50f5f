"""How a witness is asked: one HTTP request, bounded in time and size, without redirects."""

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path

import aiohttp

TIMEOUT = 10.0
"""Seconds for a whole answer: a night waits for no witness longer than this, a few times."""
LONGEST = 1 << 16
"""Bytes of an answer that are read."""


class SilentWitnessError(Exception):
    """No usable answer came. The message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a witness answered."""

    status: int
    body: bytes


def ask(url: str, body: bytes, ca_file: Path | None) -> Answer:
    """POST a request to `<url>/add-checkpoint` (c2sp.org/tlog-witness).

    Blocks; not to be called on a thread that runs an event loop. Raises SilentWitnessError.
    """
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        return asyncio.run(_asked(f"{url.rstrip('/')}/add-checkpoint", body, context))
    except TimeoutError as error:
        raise SilentWitnessError(f"no answer within {TIMEOUT:.0f} seconds") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise SilentWitnessError(f"{type(error).__name__}: {error}") from error


async def _asked(url: str, body: bytes, context: ssl.SSLContext) -> Answer:
    limit = aiohttp.ClientTimeout(total=TIMEOUT)
    async with (
        aiohttp.ClientSession(timeout=limit) as session,
        session.post(url, data=body, ssl=context, allow_redirects=False) as reply,
    ):
        answer = bytearray()
        async for piece in reply.content.iter_chunked(1 << 12):
            answer += piece
            if len(answer) > LONGEST:
                raise SilentWitnessError(f"its answer is longer than {LONGEST} bytes")
        return Answer(status=reply.status, body=bytes(answer))
