"""Dates of a tenant: most stand still from night to night, so that unchanged pages stay equal."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Dates:
    """The calendar of one night."""

    as_of: datetime
    night: int

    @property
    def midnight(self) -> datetime:
        """The start of the UTC day of this night."""
        return self.as_of.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def past(self, days: float) -> datetime:
        """An instant so many days before night 0: the same on every night."""
        return self.midnight - timedelta(days=self.night) + timedelta(days=-days)

    def future(self, days: float) -> datetime:
        """An instant at least so many days ahead; put off every 100 nights."""
        return self.midnight + timedelta(days=days + 100 - self.night % 100)

    def young(self, days: float) -> datetime:
        """An instant `days` to `days` + 150 ago; moves on every 150 nights."""
        return self.midnight - timedelta(days=days + self.night % 150)

    def renewed(self, phase: int) -> datetime:
        """Start of something renewed every 90 days: 0 to 89 days ago."""
        return self.midnight - timedelta(days=(self.night + phase) % 90)

    def soon(self) -> datetime:
        """An instant 4 to 9 days ahead; moves on every 4 nights."""
        return self.midnight + timedelta(days=8 - self.night % 4, hours=12)


def zulu(instant: datetime) -> str:
    """As Microsoft Graph writes whole seconds: 2026-11-23T05:00:00Z."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def millis(instant: datetime) -> str:
    """As PIM and SQL write it: 2026-11-23T05:00:00.123Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ticks(instant: datetime) -> str:
    """As most resource providers write it, seven digits: 2026-11-23T05:00:00.1230000Z."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "0Z")


def offset(instant: datetime) -> str:
    """As compute and container registries write it: 2026-11-23T05:00:00.1230000+00:00."""
    return ticks(instant).replace("Z", "+00:00")


def hundredths(instant: datetime) -> str:
    """As SQL writes when a database was made, trailing zeros left out: 2026-11-23T05:00:00.12Z."""
    return f"{millis(instant)[:-2]}Z"


def zoneless(instant: datetime) -> str:
    """As App Service writes it, without a zone: 2026-11-23T05:00:00.1230000."""
    return ticks(instant).removesuffix("Z")
