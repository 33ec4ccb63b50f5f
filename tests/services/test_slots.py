"""Missed nights stay missed; only the newest is caught up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UsageError
from app.services.slots import checked_cron, due

NIGHTLY = "0 2 * * *"


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "now", "missed", "newest"),
    [
        (at(1, 2), at(1, 23), (), None),
        (at(1, 2), at(2, 2), (), at(2, 2)),
        (at(1, 2), at(2, 9), (), at(2, 2)),
        (at(1, 2), at(4, 9), (at(2, 2), at(3, 2)), at(4, 2)),
        (at(1, 1), at(1, 2), (), at(1, 2)),
    ],
)
def test_only_the_newest_due_slot_is_caught_up(
    after: datetime, now: datetime, missed: tuple[datetime, ...], newest: datetime | None
) -> None:
    found = due(NIGHTLY, after, now)

    assert found.missed == missed
    assert found.newest == newest


@pytest.mark.parametrize("day", [29, 25])
def test_days_on_which_european_clocks_change_have_one_slot(day: int) -> None:
    month = {29: 3, 25: 10}[day]
    start = datetime(2026, month, day, tzinfo=UTC) - timedelta(hours=12)

    found = due("30 2 * * *", start, start + timedelta(days=1))

    assert found.missed == ()
    assert found.newest == datetime(2026, month, day, 2, 30, tzinfo=UTC)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_two_looks_see_the_same_slots_as_one(first: int, second: int) -> None:
    start = at(1, 0)
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    once = due(NIGHTLY, start, end)

    early, late = due(NIGHTLY, start, middle), due(NIGHTLY, middle, end)

    seen = [*early.missed, early.newest, *late.missed, late.newest]
    assert [s for s in seen if s] == [s for s in (*once.missed, once.newest) if s]


@pytest.mark.parametrize("cron", ["", "nightly", "0 2 * *", "99 2 * * *"])
def test_a_schedule_that_is_no_cron_line_says_what_would_be_one(cron: str) -> None:
    with pytest.raises(UsageError, match="try '0 2"):
        checked_cron(cron)
