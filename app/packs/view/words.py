"""Dates, numbers and states as the pack words them, whatever the locale of the machine."""

import re
from datetime import UTC, date, datetime

from app.controls.assessment import Ending, State
from app.controls.night_state import NightState
from app.packs.view.facts import Stamp

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

STATE_CLASS = {
    State.CLEAN: "clean",
    State.DEVIATIONS: "deviations",
    State.INCOMPLETE: "incomplete",
    State.MANUAL: "manual",
    State.NOT_APPLICABLE: "na",
}

ENDING_CLASS = {
    Ending.OPEN: "deviations",
    Ending.UNSEEN: "deviations",
    Ending.CORRECTED: "clean",
    Ending.REMOVED: "na",
    Ending.RULES: "na",
}

NIGHT_WORDS = {
    NightState.COMPLETE: "complete",
    NightState.COMPLETE_WITH_GAPS: "complete with gaps",
    NightState.LATE: "late",
    NightState.MANUAL: "asked by hand",
    NightState.FAILED: "failed",
    NightState.MISSED: "missed",
    NightState.PLANNED: "planned, not yet collected",
    NightState.RUNNING: "still running",
    NightState.NONE: "no night planned",
}


def day(when: date | datetime) -> str:
    """`16 November 2026`, in UTC."""
    at = when.astimezone(UTC) if isinstance(when, datetime) else when
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def short_day(when: date | datetime) -> str:
    """`16 Nov 2026`, in UTC."""
    at = when.astimezone(UTC) if isinstance(when, datetime) else when
    return f"{at.day} {MONTHS[at.month - 1][:3]} {at.year}"


def span(first: date | datetime, last: date | datetime) -> str:
    """`16 Nov 2026`, `16 to 18 Nov 2026`, or two whole dates."""
    start, end = short_day(first), short_day(last)
    if start == end:
        return start
    if start.split()[1:] == end.split()[1:]:
        return f"{start.split()[0]} to {end}"
    return f"{start} to {end}"


def nights_span(first: datetime, last: datetime) -> str:
    """`16 Nov 2026, 02:00` for one night; of several their days, as `span`."""
    at = first.astimezone(UTC)
    return f"{short_day(at)}, {at:%H:%M}" if first == last else span(first, last)


def moment(when: datetime) -> str:
    """`16 November 2026, 02:00:07 UTC`."""
    return f"{day(when)}, {when.astimezone(UTC):%H:%M:%S} UTC"


def stamped(stamp: Stamp) -> str:
    """`16 November 2026, 02:00:07.125 UTC`: every digit that the time authority gave."""
    if not stamp.exact:
        return moment(stamp.time)
    return f"{day(stamp.time)}, {stamp.exact[11:].removesuffix('Z')} UTC"


def number(value: int) -> str:
    """`1,024`."""
    return f"{value:,}"


def anchor(text: str) -> str:
    """Letters, digits and hyphens only: nothing else becomes part of an id or a link."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())


def sentence(text: str) -> str:
    """The text with a capital first letter, and the rest as it is."""
    return text[:1].upper() + text[1:]


def short(text: str, limit: int = 120) -> str:
    """A text cut for a row on paper, which says so; tables and the log have it whole.

    Nothing is decided from it.
    """
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
