"""The command line whose clock runs so many seconds ahead: as on a host that is set wrong."""

import sys
from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.schedulers import base

from app.cli import edge

AHEAD = timedelta(seconds=float(sys.argv.pop(1)))


def clock() -> datetime:
    return datetime.now(UTC) + AHEAD


class Ahead(datetime):
    """The library that wakes the schedule reads the host's clock by itself."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + AHEAD


edge.clock = clock  # before any command takes it
base.datetime = Ahead

from app.main import run  # noqa: E402 - the clock is set wrong before the program starts

run()
