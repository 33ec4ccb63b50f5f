"""What time it is by somebody else's word: no night is missed, and no clock corrected, by our own.

A time authority's stamp vouches, and so does the Date of Azure's answers. The development
authority is our own clock and vouches for nothing.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.errors import AppError, UnavailableError
from app.schedule.connection import Connection
from app.services.home.azure_cloud import cloud_of
from app.services.home.installation import Ports
from app.trust.time.timestamp import TimeAuthority, accept, ask
from app.trust.time.timestamp_token import TimestampRefusedError, read_token

NOTHING = hashlib.sha256(b"").digest()
DEVELOPMENT = "development"
PATIENCE = 15.0
"""Seconds for which Azure is waited for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vouching:
    """An instant, and whose word it is."""

    at: datetime
    by: str


def vouched_time(ports: Ports, connections: Iterable[Connection]) -> Vouching:
    """The time now by a time authority, else by Azure as one of the connections reaches it.

    Raises UnavailableError when nobody vouches.
    """
    for authority in ports.authorities:
        if authority.assurance != DEVELOPMENT:
            at = _stamped(authority)
            if at is not None:
                return Vouching(at=at, by=authority.name)
    for connection in connections:
        at = _of_azure(connection)
        if at is not None:
            return Vouching(at=at, by=f"Azure ({connection.cloud})")
    raise UnavailableError(
        "nobody vouches for the time of this computer's clock: neither a time authority nor Azure "
        "answers; nights are missed and clocks corrected by their word only; look at the network",
        code="clock_unvouched",
    )


def _stamped(authority: TimeAuthority) -> datetime | None:
    try:
        answer = ask(NOTHING, authority)
        at = read_token(answer.response).at
        return accept(answer, authority, lambda: at).at
    except (OSError, TimestampRefusedError):
        return None


def _of_azure(connection: Connection) -> datetime | None:
    from collectors.azure.server_time import server_time

    try:
        cloud = cloud_of(connection)
    except AppError:
        return None
    return asyncio.run(server_time(cloud, PATIENCE))
