"""Which records of a Log Analytics table a timespan covers.

The generator says of a table only its oldest and newest record and how many there are; here they
are taken to be spread evenly between the two, so that every timespan has one right answer.
"""

import re
from datetime import datetime, timedelta

from simulator.tenant.model import TableSpan

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


class TimespanError(ValueError):
    """A timespan that is not ISO 8601 as Log Analytics takes it."""


def parse_timespan(text: str | None, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Start and end of a timespan: a duration up to now, two instants, or one of each."""
    if not text:
        return None, None
    first, _, second = text.partition("/")
    if not second:
        return now - _duration(first), now
    if second.startswith("P"):
        start = _instant(first)
        return start, start + _duration(second)
    if first.startswith("P"):
        end = _instant(second)
        return end - _duration(first), end
    return _instant(first), _instant(second)


def visible_from(span: TableSpan, start: datetime | None, now: datetime) -> datetime | None:
    """Start of what a query sees: what is older than the interactive retention is archived."""
    if span.visible is None:
        return start
    return now - span.visible if start is None else max(start, now - span.visible)


def within(span: TableSpan, start: datetime | None, end: datetime | None) -> TableSpan | None:
    """The records from `start` to `end`, both included; None when there are none."""
    if span.records <= 0:
        return None
    last = span.records - 1
    step = (span.newest - span.oldest) / last if last else timedelta(0)
    if not step:
        inside = (start is None or start <= span.newest) and (end is None or span.oldest <= end)
        return span if inside else None
    low = 0 if start is None else max(0, -((span.oldest - start) // step))
    high = last if end is None else min(last, (end - span.oldest) // step)
    if low > high:
        return None
    return TableSpan(
        oldest=span.oldest + low * step if low else span.oldest,
        newest=span.oldest + high * step if high < last else span.newest,
        records=high - low + 1,
    )


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if match is None or text in ("P", "PT"):
        raise TimespanError(f"The timespan '{text}' is not an ISO 8601 duration.")
    parts = {name: float(value) for name, value in match.groupdict().items() if value}
    return timedelta(**parts)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise TimespanError(f"'{text}' is not an ISO 8601 instant.") from error
    if instant.tzinfo is None:
        raise TimespanError(f"'{text}' has no time zone.")
    return instant
