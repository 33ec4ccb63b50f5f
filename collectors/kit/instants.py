"""Instants and durations as Azure writes them: ISO 8601, and RFC 1123 on older workspaces."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def instant(value: object) -> datetime | None:
    """An instant with its zone; None for anything else, a time without zone included.

    Log Analytics wrote "Mon, 13 Dec 2021 04:38:03 GMT" up to its version 2021-12-01-preview.
    """
    if not isinstance(value, str):
        return None
    try:
        rfc_1123 = value.endswith(" GMT")
        found = parsedate_to_datetime(value) if rfc_1123 else datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def duration(value: object) -> timedelta | None:
    """A duration in days, hours, minutes and seconds such as "PT8H" or "P1DT30M"; else None."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    parts = {k: int(v) for k, v in found.groupdict().items() if v} if found else {}
    return timedelta(**parts) if parts else None


def day(value: datetime) -> str:
    """The date alone, for people."""
    return value.date().isoformat()
