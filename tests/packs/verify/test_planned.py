"""The verifier's own reading of a cron line plans the very nights that the schedule does."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.errors import UsageError
from app.packs.verify.period.planned import UnknownZone, planned_slots
from app.schedule.cron import NAMED, CronLine
from app.trust.time.openssl import Refused

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
LIMITS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]


@st.composite
def fields(draw: st.DrawFn, place: int) -> str:
    least, most = LIMITS[place]
    numbers = st.integers(least, most)

    def term() -> str:
        match draw(st.sampled_from(["*", "*/", "one", "one", "range", "range/", "one/"])):
            case "*":
                return "*"
            case "*/":
                return f"*/{draw(st.integers(1, most))}"
            case "one":
                return str(draw(numbers))
            case "one/":
                return f"{draw(numbers)}/{draw(st.integers(1, most))}"
            case kind:
                first, last = sorted((draw(numbers), draw(numbers)))
                step = f"/{draw(st.integers(1, most))}" if kind == "range/" else ""
                return f"{first}-{last}{step}"

    return ",".join(term() for _ in range(draw(st.integers(1, 2))))


LINES = st.tuples(*(fields(place) for place in range(5))).map(" ".join)
CHANGES = [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)]
"""A day before the clocks of Berlin change."""
STARTS = st.one_of(
    st.sampled_from(CHANGES),
    st.datetimes(datetime(2019, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants them so
)


@settings(max_examples=150, deadline=None)
@given(LINES, st.sampled_from(ZONES), STARTS, st.integers(1, 9 * 24 * 60))
def test_both_readings_of_a_line_give_the_same_nights(
    line: str, zone: str, since: datetime, minutes: int
) -> None:
    until = since + timedelta(minutes=minutes)
    try:
        wanted = takewhile(lambda at: at <= until, CronLine(line=line, time_zone=zone).after(since))
        expected = list(wanted)
    except UsageError:
        assume(False)
    assert list(planned_slots(line, zone, since, until)) == expected


@pytest.mark.parametrize("line", [*NAMED, "0 2 * JAN-MAR,dec SUN", "0 2 13 * fri", "0 2 31 2 1"])
def test_names_and_either_day_are_read_alike(line: str) -> None:
    since = datetime(2027, 12, 30, tzinfo=UTC)
    until = since + timedelta(days=400)
    wanted = CronLine(line=line).after(since)
    assert list(planned_slots(line, "UTC", since, until)) == [
        *takewhile(lambda at: at <= until, wanted)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "0 2 * *",
        "0 2 * * * *",
        "60 2 * * *",
        "0 2 L * *",
        "x 2 * * *",
        "1/0 2 * * *",
        "5-3 2 * * *",
        "0 2 * * MON#2",
        "² 2 * * *",
    ],
)
def test_what_is_no_line_is_refused(line: str) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(Refused):
        list(planned_slots(line, "UTC", since, since + timedelta(days=1)))


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../etc/passwd", "", "\0"])
def test_a_zone_that_nobody_knows_is_told(zone: str) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(UnknownZone):
        list(planned_slots("0 2 * * *", zone, since, since + timedelta(days=1)))
