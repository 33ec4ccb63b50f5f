"""What time it is by Azure's own clocks."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from collectors.azure.clouds import Cloud
from collectors.azure.transport.wire import open_session
from collectors.kit.errors import GatewayError


async def server_time(cloud: Cloud, patience: float) -> datetime | None:
    """The Date (RFC 9110, section 6.6.1) of one answer of Resource Manager; no token is needed.

    Any answer will do, a refusal too. None when none comes within `patience` seconds.
    """
    try:
        session = open_session(cloud, 1, most=0)
    except GatewayError:
        return None
    async with session:
        try:
            async with (
                asyncio.timeout(patience),
                session.head(f"{cloud.resource_manager}/", allow_redirects=False) as answer,
            ):
                return _instant(answer.headers.get("Date"))
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
