"""Throttling as Azure does it: token buckets for ARM, a window for Resource Graph.

ARM: 250 reads and 25 more a second for each (principal, subscription) and for each (principal,
tenant). Resource Graph: 15 queries in 5 seconds for each principal.
Source: learn.microsoft.com, "Understand how Azure Resource Manager throttles requests" and
"Guidance for throttled requests in Azure Resource Graph".
"""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Whether a request may pass, what is left, and how many seconds to wait when it may not."""

    allowed: bool
    remaining: int
    wait_seconds: int


class TokenBuckets:
    """Buckets of `capacity` that fill by `refill` a second, one for each key."""

    def __init__(self, *, capacity: int, refill: float, monotonic: Callable[[], float]) -> None:
        self._capacity = capacity
        self._refill = refill
        self._monotonic = monotonic
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> Grant:
        """Take one token of the key's bucket."""
        now = self._monotonic()
        level, seen = self._levels.get(key, (float(self._capacity), now))
        level = min(self._capacity, level + (now - seen) * self._refill)
        allowed = level >= 1
        if allowed:
            level -= 1
        self._levels[key] = (level, now)
        wait = 0 if allowed else max(1, math.ceil((1 - level) / self._refill))
        return Grant(allowed=allowed, remaining=int(level), wait_seconds=wait)


class Windows:
    """`limit` requests in each window of `seconds`, one row of windows for each key."""

    def __init__(self, *, limit: int, seconds: float, monotonic: Callable[[], float]) -> None:
        self._limit = limit
        self._seconds = seconds
        self._monotonic = monotonic
        self._used: dict[str, tuple[float, int]] = {}

    def take(self, key: str) -> Grant:
        """Count one request in the key's current window."""
        now = self._monotonic()
        opened, used = self._used.get(key, (now, 0))
        if now - opened >= self._seconds:
            opened, used = now, 0
        allowed = used < self._limit
        used += allowed
        self._used[key] = (opened, used)
        wait = math.ceil(self._seconds - (now - opened))
        return Grant(allowed=allowed, remaining=self._limit - used, wait_seconds=max(1, wait))
