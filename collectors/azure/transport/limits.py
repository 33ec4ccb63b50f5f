"""How long and how often Azure is asked again, and how the waits pass."""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from collectors.azure.transport.quota import quota_reset_seconds

_A_DAY = 86_400.0
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
RETRIED = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds of one request with all its tries."""

    tries: int = 6
    tries_on_first_contact: int = 3
    """While no host has answered yet, a wrong address should be told soon."""
    total_wait: timedelta = timedelta(seconds=120)
    first_backoff: timedelta = timedelta(seconds=1)
    longest_backoff: timedelta = timedelta(seconds=30)
    connect: timedelta = timedelta(seconds=15)
    answer: timedelta = timedelta(seconds=100)
    """For one try, from the first byte sent to the last byte received."""
    pages: int = 10_000
    """Of one list; more is a list that never ends."""
    answer_bytes: int = 32 << 20
    """Of one answer; nothing of a larger one is kept. Azure's own pages have a few megabytes."""
    list_bytes: int = 512 << 20
    """Of all pages of a list; no further page is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Time that passes: given, so that tests need not sleep."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    """Between 0 and 1, spreads the tries of many requests."""


def asked_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait Azure asks for: Retry-After (RFC 9110, 10.2.3), else when the query quota resets."""
    after = headers.get("retry-after")
    seconds = None if after is None else _retry_after(after, now)
    if seconds is None:
        seconds = quota_reset_seconds(headers)
    return None if seconds is None else timedelta(seconds=min(seconds, _A_DAY))


def backoff(limits: Limits, tried: int, jitter: float) -> timedelta:
    """The wait after try number `tried` (from 1) when Azure asked for none: doubling, spread."""
    whole = min(limits.first_backoff * float(2 ** (tried - 1)), limits.longest_backoff)
    return whole * (0.5 + jitter / 2)


def _retry_after(value: str, now: datetime) -> float | None:
    if _DECIMAL.fullmatch(value.strip()):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
