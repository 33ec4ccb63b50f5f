"""A cron line and the instants it means. Pure.

Unix meaning, that of Vixie's crontab(5): five fields; Sunday is 0 and 7; names, ranges, steps and
lists; where day of month and day of week are both restricted either is enough, and a field that
begins with `*` (such as `*/2`) is not restricted. In a zone with summer time cron(8) holds: what
falls into the hour that does not exist comes right after it, what falls into the hour that comes
twice comes once, in the first; lines whose minute or hour begins with `*` follow real time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from apscheduler.triggers.cron import CronTrigger
from cronsim import CronSim, CronSimError

from app.errors import UsageError

TICK = timedelta(microseconds=1)
LONGEST = 100
"""Letters of a line, as the index keeps it."""
NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""crontab(5), EXTENSIONS; `@reboot` names no time."""
_FIELD = re.compile(r"[0-9A-Z*,/-]+\Z")
_NAMES = re.compile(r"SUN|MON|TUE|WED|THU|FRI|SAT|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC")
YEARS_COMPARED = 8
"""Both leap years and every weekday of each date are among them."""


class Meaning(StrEnum):
    """How a line is read."""

    UNIX = "unix"
    FORMER = "former"
    """As Annexa read lines before it had the Unix meaning: Monday is 0, and day of month and day
    of week must both match. Connections of that time keep it until their schedule is changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CronLine:
    """When nights are due."""

    line: str
    time_zone: str = "UTC"
    """IANA name of the zone the line is written in."""
    meaning: Meaning = Meaning.UNIX

    def after(self, instant: datetime) -> Iterator[datetime]:
        """Every later instant that the line means, in UTC, oldest first, without end.

        Ends only for a line that is never due again. Raises UsageError for what `checked` refuses.
        """
        last = instant
        for slot in self._slots(instant):
            if slot > last:  # both passes of an hour that comes twice look alike to the library
                last = slot
                yield slot

    def _slots(self, instant: datetime) -> Iterator[datetime]:
        zone = zone_of(self.time_zone)
        if self.meaning is Meaning.FORMER:
            yield from _former(self.line, zone, instant)
            return
        found = _parsed(self.line, instant.astimezone(zone))
        for slot in found:
            yield slot.astimezone(UTC)

    def local(self, slot: datetime) -> datetime:
        """The same instant on the clocks of the line's zone."""
        return slot.astimezone(zone_of(self.time_zone))


def checked(line: CronLine, now: datetime) -> CronLine:
    """The same, if it is ever due.

    Raises UsageError for a line of other than five fields, an unknown zone, or no instant.
    """
    if len(line.line) > LONGEST:
        raise _invalid(line.line, f"it has {len(line.line)} letters, {LONGEST} is the most")
    if next(line.after(now), None) is None:
        raise _never(line.line)
    return line


def zone_of(name: str) -> ZoneInfo:
    """The zone of this IANA name. Raises UsageError naming one that is spelled alike."""
    known = _known_zones()
    if name in known:
        return ZoneInfo(name)
    folded = {each.lower(): each for each in known}
    alike = get_close_matches(name.lower(), folded, n=1, cutoff=0.5)
    hint = folded[alike[0]] if alike else "Europe/Berlin"
    raise UsageError(
        f"there is no time zone {name[:60]!r}; zones have IANA names, such as {hint}",
        code="time_zone_unknown",
    )


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def otherwise(line: CronLine, now: datetime) -> tuple[datetime, datetime] | None:
    """Of a line with the former meaning: its next night where the meanings part, and the Unix one.

    None where both mean the same, or the meaning is Unix already. A line that Unix does not know,
    or is never due there, gives the former's next night twice.
    """
    if line.meaning is Meaning.UNIX:
        return None
    fields = line.line.split()
    if len(fields) == 5 and fields[4] == "*":
        return None
    unix = CronLine(line=line.line, time_zone=line.time_zone)
    try:
        checked(unix, now)
    except UsageError:
        first = next(line.after(now), now)
        return first, first
    # weekdays alone are read otherwise: days are compared, not minutes
    days = " ".join(("0", "0", *fields[2:]))
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - TICK
    until = now + timedelta(days=366 * YEARS_COMPARED)
    pairs = zip(
        CronLine(line=days, meaning=Meaning.FORMER).after(today),
        CronLine(line=days).after(today),
        strict=False,
    )
    for former, other in pairs:
        if former != other:
            parting = max(now, min(former, other) - TICK)
            return next(line.after(parting)), next(unix.after(parting))
        if former > until:
            break
    return None


def next_slots(line: CronLine, after: datetime, number: int = 3) -> tuple[datetime, ...]:
    """The next nights, in UTC."""
    return tuple(islice(line.after(after), number))


def _parsed(line: str, start: datetime) -> CronSim:
    plain = NAMED.get(line.strip().lower(), line)
    fields = plain.upper().split()
    if len(fields) != 5:
        raise _invalid(line, f"it has {len(fields)} fields")
    for field in fields:
        # Vixie's cron knows no L, W or #, which the library would take
        if not _FIELD.match(field) or re.search("[A-Z]", _NAMES.sub("", field)):
            raise _invalid(line, f"{field.lower()!r} is no field of one")
    try:
        return CronSim(" ".join(fields), start)
    except CronSimError as error:
        if _in_any_month(fields, start):
            raise _never(line) from None
        raise _invalid(line, str(error)) from None


def _in_any_month(fields: list[str], start: datetime) -> bool:
    """Whether the line itself is well formed, only its days are not in its months."""
    minute, hour, day, month, weekday = fields
    try:
        for any_day, any_month in ((day, "*"), ("1", month)):
            CronSim(f"{minute} {hour} {any_day} {any_month} {weekday}", start)
    except CronSimError:
        return False
    return True


def _former(line: str, zone: ZoneInfo, instant: datetime) -> Iterator[datetime]:
    try:
        trigger = CronTrigger.from_crontab(line, timezone=zone)
    except ValueError as error:
        raise _invalid(line, str(error)) from None
    cursor = instant.astimezone(UTC) + TICK
    while (fire := trigger.get_next_fire_time(None, cursor)) is not None:
        yield fire.astimezone(UTC)
        cursor = fire.astimezone(UTC) + TICK


def _invalid(line: str, why: str) -> UsageError:
    return UsageError(
        f"schedule {line[:LONGEST]!r} is not a cron line of five fields ({why}); try '0 2 * * *'",
        code="schedule_invalid",
    )


def _never(line: str) -> UsageError:
    return UsageError(
        f"schedule {line!r} is never due: its months have no such day; try '0 2 * * *'",
        code="schedule_invalid",
    )
