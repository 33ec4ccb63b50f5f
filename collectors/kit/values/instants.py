"""Instants and durations as Azure writes them: ISO 8601, RFC 1123, and year 1 for never.

Azure's services were seen to write `…Z` with 0 to 7 fraction digits, offsets, `Mon, 13 Dec 2021
04:38:03 GMT`, and texts without a zone, which are UTC like all others: the same field of the same
service came with `Z` from one operation and without from another.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_ISO = re.compile(
    r"(?P<whole>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?(?P<zone>Z|[+-]\d\d:\d\d)?"
)
_RFC = re.compile(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})")
_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.\d+)?S)?)?"
)


def instant(value: object) -> datetime | None:
    """An instant in UTC or its own zone; None for anything else, "never" included."""
    found = _read(value)
    return None if found is None or found.year == 1 else found


def is_never(value: object) -> bool:
    """True for the first year of the calendar, with which .NET says that there is no date."""
    found = _read(value)
    return found is not None and found.year == 1


def _read(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        if (iso := _ISO.fullmatch(value)) is not None:
            fraction, zone = (iso["fraction"] or "0")[:6].ljust(6, "0"), iso["zone"] or "Z"
            return datetime.fromisoformat(f"{iso['whole']}.{fraction}{zone}")
        if _RFC.fullmatch(value) is not None:
            found = parsedate_to_datetime(value)
            return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except ValueError:
        return None
    return None


def duration(value: object) -> timedelta | None:
    """A duration in days, hours, minutes and seconds such as "PT8H" or "P1DT30M"; else None."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    parts = {k: int(v) for k, v in found.groupdict().items() if v} if found else {}
    try:
        return timedelta(**parts) if parts else None
    except OverflowError:
        return timedelta.max


def day(value: datetime) -> str:
    """The date alone, for people."""
    return value.date().isoformat()
