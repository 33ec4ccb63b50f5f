"""Nights that are due: the newest is caught up, older ones are missed for good. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from app.errors import UsageError

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What became due since the last slot."""

    missed: tuple[datetime, ...]
    """Slots nobody can collect any more: evidence cannot be collected in the past."""
    newest: datetime | None
    """The slot to collect now, if any."""


def due(cron: str, after: datetime, now: datetime) -> Due:
    """Slots in (after, now] of a cron line in UTC. Raises UsageError for a line that is none."""
    slots = tuple(_slots(cron, after, now))
    return Due(missed=slots[:-1], newest=slots[-1] if slots else None)


def checked_cron(cron: str) -> str:
    """The same line, if it is one of five fields. Raises UsageError."""
    _trigger(cron)
    return cron


def _slots(cron: str, after: datetime, now: datetime) -> Iterator[datetime]:
    trigger = _trigger(cron)
    cursor = after.astimezone(UTC) + TICK
    while True:
        fire = trigger.get_next_fire_time(None, cursor)
        if fire is None or fire > now:
            return
        yield fire.astimezone(UTC)
        cursor = fire.astimezone(UTC) + TICK


def _trigger(cron: str) -> CronTrigger:
    # UTC only: in a zone with summer time a night can happen twice or not at all.
    try:
        return CronTrigger.from_crontab(cron, timezone="UTC")
    except ValueError as error:
        raise UsageError(
            f"schedule {cron!r} is not a cron line of five fields ({error}); try '0 2 * * *'",
            code="schedule_invalid",
        ) from None
