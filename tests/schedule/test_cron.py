"""Cron lines mean what crontab(5) says: two libraries of others are the judges."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import UsageError
from app.schedule.cron import CronLine, Meaning, checked, next_slots, otherwise
from tests.patience import PATIENCE

FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
NODE = Path(__file__).parent.parent / "js"

LINES = (
    "0 2 * * *",
    "0 2 * * 0",
    "0 2 * * 7",
    "0 2 * * 1",
    "0 2 * * 1-5",
    "0 2 * * 0-6",
    "0 2 * * 5-7",
    "0 2 * * MON",
    "0 2 * * mon-fri",
    "0 2 * * SUN,WED",
    "0 2 1 * *",
    "0 2 31 * *",
    "0 2 29 2 *",
    "0 2 1 * 1",
    "0 2 13 * 5",
    "0 2 1,15 * 3",
    "0 2 1-7 * 1",
    "0 2 * * */2",
    "0 2 1 JAN *",
    "0 2 1 jan-mar,dec *",
    "30 1 * * *",
    "15 3 * * 6,0",
    "0 */6 * * *",
    "0 0,12 * * *",
    "*/30 2-4 * * *",
    "5-59/20 4 * * *",
    "0 22-23 * * 5",
    "0 9-17/4 * * 1-5",
    "59 23 31 12 *",
    "0 0 1 1 *",
    "0 2 * 2 *",
    "0 2 29 2 0",
    "0 2 28-31 * *",
    "0 2 * 6-8/2 2",
    "45 23 * */3 *",
    "0 2 15 8 4",
    "10 2,14 5-25/10 * 2-4",
    "20 4 1-31/3 * *",
    "0 2 7 11 MON-WED",
    "5 1 30 4,6,9,11 *",
)
STARRED = ("0 2 */2 * 1", "0 2 10 * */2", "0 2 */10 1,6 0")
"""Day of month and weekday, one of them beginning with `*`: crontab(5) joins them by AND, and so
does croniter when asked to; croner joins them by OR, which is why it is not asked of these."""
CLOCKS = {
    # zone, line: (a night of the hour that does not exist, one of the hour that comes twice)
    ("Europe/Berlin", "30 2 * * *"): ("2026-03-29T01:00", "2026-10-25T00:30"),
    ("Europe/Berlin", "0 2 * * *"): ("2026-03-29T01:00", "2026-10-25T00:00"),
    ("Europe/Berlin", "0 2 * * 0"): ("2026-03-29T01:00", "2026-10-25T00:00"),
    ("Europe/Berlin", "0 3 * * *"): ("2026-03-29T01:00", "2026-10-25T02:00"),
    ("America/New_York", "30 2 * * *"): ("2026-03-08T07:00", "2026-11-01T07:30"),
    ("America/New_York", "30 1 * * *"): ("2026-03-08T06:30", "2026-11-01T05:30"),
    ("America/New_York", "0 1 * * SUN"): ("2026-03-08T06:00", "2026-11-01T05:00"),
}


def planned(line: str, zone: str = "UTC") -> list[datetime]:
    before = FROM - timedelta(microseconds=1)
    return list(takewhile(lambda at: at < UNTIL, CronLine(line=line, time_zone=zone).after(before)))


def by_croniter(line: str) -> list[datetime]:
    before = FROM - timedelta(minutes=1)
    found = croniter(line, before, ret_type=datetime, implement_cron_bug=True)
    return list(takewhile(lambda at: at < UNTIL, found))


def by_croner(lines: tuple[str, ...], zone: str = "UTC") -> list[list[datetime]]:
    before = FROM - timedelta(seconds=1)
    asked = {
        "lines": lines,
        "zone": zone,
        "from": before.isoformat(),
        "until": UNTIL.isoformat(),
    }
    done = subprocess.run(
        ["node", NODE / "nights.mjs"],
        input=json.dumps(asked),
        capture_output=True,
        check=True,
        text=True,
        timeout=PATIENCE,
    )
    return [[datetime.fromisoformat(at) for at in nights] for nights in json.loads(done.stdout)]


@pytest.mark.parametrize("line", [*LINES, *STARRED])
def test_two_years_of_nights_are_those_of_croniter(line: str) -> None:
    assert planned(line) == by_croniter(line)


def test_there_are_forty_lines_for_both_libraries_and_some_for_one() -> None:
    assert len({*LINES} - {*STARRED}) == 40


def test_two_years_of_nights_are_those_of_croner() -> None:
    assert [planned(line) for line in LINES] == by_croner(LINES)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_fixed_times_in_a_zone_are_those_of_croner(zone: str) -> None:
    lines = tuple(line for line in LINES if line.split()[1].isdecimal() and "*/" not in line[:4])

    assert [planned(line, zone) for line in lines] == by_croner(lines, zone)


@pytest.mark.parametrize(("zone", "line"), CLOCKS)
def test_the_days_on_which_clocks_change_have_one_night(zone: str, line: str) -> None:
    nights = planned(line, zone)
    for said in CLOCKS[zone, line]:
        expected = at(said)
        day = expected.astimezone(ZoneInfo(zone)).date()
        assert [n for n in nights if n.astimezone(ZoneInfo(zone)).date() == day] == [expected]


@given(
    st.integers(0, 59),
    st.integers(0, 4),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)),  # noqa: DTZ001 - hypothesis asks so
)
@settings(max_examples=60, deadline=None)
def test_every_local_day_has_one_night_from_wherever_one_looks(
    minute: int, hour: int, zone: str, start: datetime
) -> None:
    line = CronLine(line=f"{minute} {hour} * * *", time_zone=zone)
    begin = start.replace(tzinfo=UTC)

    nights = next_slots(line, begin, 400)

    days = [line.local(night).date() for night in nights]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    assert all(begin < night for night in nights)
    assert nights[1:] == next_slots(line, nights[0], 399)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@hourly", "0 * * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@Yearly", "0 0 1 1 *"),
    ],
)
def test_named_lines_are_those_of_crontab(name: str, line: str) -> None:
    assert planned(name) == planned(line)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("", "0 fields"),
        ("nightly", "1 fields"),
        ("0 2 * *", "4 fields"),
        ("0 0 2 * * *", "6 fields"),
        ("99 2 * * *", "Bad minute"),
        ("0 24 * * *", "Bad hour"),
        ("0 2 32 * *", "Bad day-of-month"),
        ("0 2 * 13 *", "Bad month"),
        ("0 2 * * 8", "Bad day-of-week"),
        ("0 2 * * fri-sun", "Bad day-of-week"),
        ("0 2 L * *", "'l' is no field"),
        ("0 2 * * 1#2", "'1#2' is no field"),
        ("0 2 ? * *", "is no field"),
        ("@reboot", "1 fields"),
        ("0 2 30 2 *", "never due"),
        ("0 2 31 4,6,9,11 *", "never due"),
        (",".join("0123456789" * 6) + " 2 * * *", "100 is the most"),
    ],
)
def test_a_line_that_names_no_night_is_refused_with_what_is_wrong(line: str, part: str) -> None:
    with pytest.raises(UsageError, match="try '0 2") as refused:
        checked(CronLine(line=line), FROM)
    assert part in refused.value.message


@pytest.mark.parametrize(
    ("name", "hint"), [("europe/berlin", "Europe/Berlin"), ("Berlin", "Europe/Berlin"), ("", "")]
)
def test_a_zone_nobody_knows_is_refused_with_one_that_is_known(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match="IANA") as refused:
        checked(CronLine(line="0 2 * * *", time_zone=name), FROM)
    assert hint in refused.value.message


FORMER = {
    "0 2 * * *": None,
    "0 2 1 * *": None,
    "0 2 * * mon": None,
    "0 2 * * mon-fri": None,
    "0 2 * * 0-6": None,
    "0 2 * * 1": ("2026-01-06T02:00", "2026-01-05T02:00"),
    "0 2 * * 1-5": ("2026-01-03T02:00", "2026-01-05T02:00"),
    "0 2 1 * mon": ("2026-06-01T02:00", "2026-01-01T02:00"),
    "0 2 last * mon": ("2026-08-31T02:00", "2026-08-31T02:00"),
}


@pytest.mark.parametrize("line", FORMER)
def test_a_line_of_before_says_where_its_nights_part_from_those_of_unix(line: str) -> None:
    found = otherwise(CronLine(line=line, meaning=Meaning.FORMER), FROM)

    expected = FORMER[line]
    assert found == (expected and tuple(at(night) for night in expected))
    assert otherwise(CronLine(line=line), FROM) is None


def at(night: str) -> datetime:
    return datetime.fromisoformat(night).replace(tzinfo=UTC)
