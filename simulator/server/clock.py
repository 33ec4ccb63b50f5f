"""The simulated tenant's clock: starts at any instant and runs at the speed of the real one."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


class SimulatedClock:
    """Says what time it is in the simulated tenant."""

    def __init__(self, start: datetime) -> None:
        self.set(start)

    def set(self, start: datetime) -> None:
        """It is `start` now; from here time goes on."""
        self._start = start.astimezone(UTC)
        self._zero = time.monotonic()

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._zero)


def http_date(instant: datetime) -> str:
    """An instant as a Date header (RFC 9110 section 5.6.7)."""
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0), usegmt=True)


def iso(instant: datetime) -> str:
    """An instant as Azure writes it: seven decimals and a Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
