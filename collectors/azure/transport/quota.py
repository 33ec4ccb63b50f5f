"""Pacing: ask no faster than Azure allows, so that 429 is the exception.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
(token buckets of 250 reads, 25 a second more, for each subscription and for the tenant) and
https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
(15 queries in 5 seconds for each principal). What the answers' headers say replaces the assumption.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

ARM_BURST = 250
ARM_PER_SECOND = 25.0
QUERY_LIMIT = 15
QUERY_WINDOW_SECONDS = 5.0

# A refill computed in floats may end a hair below a whole token: waiting for it never ends.
_ROUNDING = 1e-6
_LONGEST_WINDOW_SECONDS = 60.0
"""A window said to last longer is not waited for: the answer to the next query decides."""
_RESET = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)", re.ASCII)
_COUNT = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Lane:
    """Requests that share one quota of Azure's: `queries`, `tenant`, or a subscription's id."""

    name: str


QUERIES = Lane("queries")
TENANT_READS = Lane("tenant")


def subscription_lane(subscription_id: str) -> Lane:
    """Lane of reads in one subscription."""
    return Lane(f"subscription/{subscription_id.lower()}")


class Meter(Protocol):
    """Counts what is left of one quota. Seconds are those of the monotonic clock."""

    def take(self, at: float) -> float:
        """Take one request: 0 when it may go now, else the seconds to wait before asking again."""
        ...

    def answered(self, at: float, headers: Mapping[str, str]) -> None:
        """Learn from an answer (its headers in lower case), or from none (no headers)."""
        ...


class TokenBucket:
    """Resource Manager's quota: a burst, refilled steadily."""

    def __init__(self, header: str, at: float) -> None:
        self._header = header
        self._tokens = float(ARM_BURST)
        self._at = at
        self._flying = 0

    def take(self, at: float) -> float:
        """One token, or the seconds until there is one."""
        self._refill(at)
        if self._tokens < 1 - _ROUNDING:
            return (1 - self._tokens) / ARM_PER_SECOND
        self._tokens -= 1
        self._flying += 1
        return 0.0

    def answered(self, at: float, headers: Mapping[str, str]) -> None:
        """Azure's own count, less what is still under way, replaces ours."""
        self._flying = max(0, self._flying - 1)
        left = _count(headers.get(self._header))
        if left is not None:
            self._refill(at)
            self._tokens = float(max(0, left - self._flying))

    def _refill(self, at: float) -> None:
        passed, self._at = at - self._at, at
        self._tokens = min(float(ARM_BURST), self._tokens + passed * ARM_PER_SECOND)


class QueryWindow:
    """Resource Graph's quota: so many queries, then none until the window ends."""

    def __init__(self) -> None:
        self._left = QUERY_LIMIT
        self._ends: float | None = None
        self._flying = 0

    def take(self, at: float) -> float:
        """One query, or the seconds until the window ends."""
        if self._ends is None or at >= self._ends - _ROUNDING:
            self._left, self._ends = QUERY_LIMIT, at + QUERY_WINDOW_SECONDS
        if self._left < 1:
            return self._ends - at
        self._left -= 1
        self._flying += 1
        return 0.0

    def answered(self, at: float, headers: Mapping[str, str]) -> None:
        """Azure's own count and the end of its window replace ours."""
        self._flying = max(0, self._flying - 1)
        left = _count(headers.get("x-ms-user-quota-remaining"))
        ends = quota_reset_seconds(headers)
        if left is not None:
            self._left = max(0, left - self._flying)
        if ends is not None:
            self._ends = at + min(ends, _LONGEST_WINDOW_SECONDS)


class Quota:
    """All quotas of one principal. Not thread-safe: one event loop."""

    def __init__(
        self, sleep: Callable[[float], Awaitable[None]], monotonic: Callable[[], float]
    ) -> None:
        self._sleep = sleep
        self._monotonic = monotonic
        self._meters: dict[Lane, Meter] = {}

    async def take(self, lane: Lane | None) -> None:
        """Wait until a request in this lane may go; None is a lane without a known quota."""
        if lane is None:
            return
        meter = self._meters.get(lane) or self._open(lane)
        while (wait := meter.take(self._monotonic())) > 0:
            await self._sleep(wait)

    def answered(self, lane: Lane | None, headers: Mapping[str, str]) -> None:
        """Each request that was taken is answered once, with no headers when it failed."""
        if lane is not None:
            self._meters[lane].answered(self._monotonic(), headers)

    def _open(self, lane: Lane) -> Meter:
        meter: Meter
        if lane == QUERIES:
            meter = QueryWindow()
        else:
            kind = "tenant" if lane == TENANT_READS else "subscription"
            meter = TokenBucket(f"x-ms-ratelimit-remaining-{kind}-reads", self._monotonic())
        self._meters[lane] = meter
        return meter


def quota_reset_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds of `x-ms-user-quota-resets-after` (`hh:mm:ss`); None when absent or unreadable."""
    found = _RESET.fullmatch(headers.get("x-ms-user-quota-resets-after", "").strip())
    if found is None:
        return None
    hours, minutes, seconds = (float(part) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _count(value: str | None) -> int | None:
    return int(value) if value is not None and _COUNT.fullmatch(value) else None
