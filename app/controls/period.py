"""The days an assessment speaks for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.controls.observed import Interval


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """First and last day, both inclusive; a night belongs to the UTC date of its slot."""

    first: date
    last: date

    def holds(self, slot: datetime) -> bool:
        """Whether this night belongs to the period."""
        return self.first <= slot.astimezone(UTC).date() <= self.last

    def days(self) -> list[date]:
        """Every day of the period."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def overlaps(interval: Interval, period: Period) -> bool:
    """Whether the verdict held on some night of the period."""
    first = interval.first_slot.astimezone(UTC).date()
    last = interval.last_slot.astimezone(UTC).date()
    return first <= period.last and last >= period.first
