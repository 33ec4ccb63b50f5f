"""Which nights a cron line planned, with the meaning of Unix, in its time zone.

Five fields (crontab(5)); where day of month and day of week are both restricted either is enough.
In a zone with summer time (cron(8)): what falls into the hour that does not exist comes right
after it, what falls into the hour that comes twice comes once, in the first; lines whose minute
or hour begins with `*` follow real time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone, tzinfo

from app.trust.time.openssl import Refused

UTC_ZONE = timezone.utc  # noqa: UP017 - Python 3.8
A_MINUTE, AN_HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMED_LINES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Least and greatest value of minute, hour, day, month, weekday."""
WORDS = (
    (),
    (),
    (),
    ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"),
)


class UnknownZone(Exception):  # noqa: N818 - it is no error of the bundle
    """What a line plans cannot be told here, for example for want of its time zone."""


def planned_slots(line: str, zone: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """Instants in (since, until] that the line means, in UTC, oldest first.

    Raises Refused for what is no cron line, UnknownZone.
    """
    texts = NAMED_LINES.get(line.strip().lower(), line).upper().split()
    if len(texts) != 5:
        raise Refused(f"{line!r} is no cron line of five fields")
    fields = [field_values(text, place) for place, text in enumerate(texts)]
    either = not (texts[2].startswith("*") or texts[4].startswith("*"))
    place = zone_named(zone)
    real = texts[0].startswith("*") or texts[1].startswith("*")
    day, last = since.astimezone(place).date() - A_DAY, until.astimezone(place).date() + A_DAY
    newest = since
    while day <= last:
        if day_matches(day, fields, either=either):
            found = real_slots if real else clock_slots
            for slot in found(day, fields, place):
                if newest < slot <= until:
                    newest = slot
                    yield slot
        day += A_DAY


def clock_slots(day: date, fields: list[set[int]], zone: tzinfo) -> list[datetime]:
    """What the clocks of the zone show that day, each time once."""
    found = set()
    for hour in fields[1]:
        for minute in fields[0]:
            found.add(instant_of(datetime(day.year, day.month, day.day, hour, minute), zone))  # noqa: DTZ001 - of the zone
    return sorted(found)


def real_slots(day: date, fields: list[set[int]], zone: tzinfo) -> Iterator[datetime]:
    """Every minute of that day, as long as it is there, whose clock matches."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - of the zone
    now = instant_of(midnight, zone) - AN_HOUR * 3
    end = now + AN_HOUR * 31  # no clock was ever set by more within a day that it did not skip
    while now < end:
        local = now.astimezone(zone)
        if local.date() == day and local.hour in fields[1]:
            if local.minute in fields[0]:
                yield now
            now += A_MINUTE
        else:
            now += A_MINUTE * (15 - local.minute % 15)  # clocks are set at quarters of an hour


def instant_of(clock: datetime, zone: tzinfo) -> datetime:
    """When the clocks of a zone first show this; of a time that is skipped, what comes after."""
    while True:
        local = clock.replace(tzinfo=zone)
        found = local.astimezone(UTC_ZONE)
        if found.astimezone(zone).replace(tzinfo=None) == clock:
            return found
        clock += A_MINUTE


def day_matches(day: date, fields: list[set[int]], *, either: bool) -> bool:
    """Whether the line means this day."""
    by_month = day.day in fields[2]
    weekday = day.isoweekday()
    by_week = weekday in fields[4] or weekday % 7 in fields[4]
    wanted = (by_month or by_week) if either else (by_month and by_week)
    return day.month in fields[3] and wanted


def field_values(text: str, place: int) -> set[int]:
    """The values of one field. Raises Refused."""
    least, most = FIELDS[place]
    found: set[int] = set()
    for part in text.split(","):
        term, slash, step = part.partition("/")
        if term == "*":
            values = list(range(least, most + 1))
        else:
            first, dash, end = term.partition("-")
            start = field_value(first, place)
            stop = field_value(end, place) if dash else most if slash else start
            values = list(range(start, stop + 1))
        leap = number_in(step, 1, most + 1) if slash else 1
        found.update(values[::leap])
    if not found:
        raise Refused(f"{text!r} is no field of a cron line")
    return found


def field_value(text: str, place: int) -> int:
    """A number or a name. Raises Refused."""
    if text in WORDS[place]:
        return WORDS[place].index(text) + FIELDS[place][0]
    return number_in(text, *FIELDS[place])


def number_in(text: str, least: int, most: int) -> int:
    """A decimal number between these. Raises Refused."""
    sound = text.isascii() and text.isdigit() and len(text) < 4
    if not sound or not least <= int(text) <= most:
        raise Refused(f"{text[:20]!r} is no value of its field of a cron line")
    return int(text)


def zone_named(name: str) -> tzinfo:
    """The zone of an IANA name. Raises UnknownZone."""
    if name == "UTC":
        return UTC_ZONE
    try:
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)
    except (ImportError, LookupError, ValueError, OSError) as error:
        raise UnknownZone(f"this Python does not know the time zone {name[:60]!r}") from error
