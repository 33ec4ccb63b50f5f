"""Missed nights stay missed; only the newest is caught up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.schedule.cron import CronLine
from app.schedule.slots import Spell, due

NIGHTLY = CronLine(line="0 2 * * *")
EARLY, LATER = CronLine(line="0 1 * * *"), CronLine(line="0 3 * * *")


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


ALWAYS = (Spell(since=at(1, 0), line=NIGHTLY),)


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
    found = due(ALWAYS, after, now)

    assert found.missed == missed
    assert found.newest == newest


@pytest.mark.parametrize(
    ("changed", "slots"),
    [
        (at(3, 0), [at(1, 1), at(2, 1), at(3, 3), at(4, 3)]),
        (at(3, 1), [at(1, 1), at(2, 1), at(3, 1), at(3, 3), at(4, 3)]),
        (at(3, 2), [at(1, 1), at(2, 1), at(3, 1), at(3, 3), at(4, 3)]),
        (at(3, 3), [at(1, 1), at(2, 1), at(3, 1), at(4, 3)]),
        (at(3, 4), [at(1, 1), at(2, 1), at(3, 1), at(4, 3)]),
    ],
)
def test_each_night_is_planned_by_the_line_that_held_then(
    changed: datetime, slots: list[datetime]
) -> None:
    spells = (Spell(since=at(1, 0), line=EARLY), Spell(since=changed, line=LATER))

    found = due(spells, at(1, 0), at(4, 9))

    assert [*found.missed, found.newest] == slots


def test_a_retired_connection_has_no_nights_from_then_on_and_misses_those_before() -> None:
    spells = (Spell(since=at(1, 0), line=NIGHTLY), Spell(since=at(3, 0), line=None))

    found = due(spells, at(1, 0), at(9, 9))

    assert (found.missed, found.newest) == ((at(1, 2), at(2, 2)), None)


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 9000))
def test_two_looks_see_the_same_slots_as_one(first: int, second: int, changed: int) -> None:
    start = at(1, 0)
    spells = (*ALWAYS, Spell(since=start + timedelta(minutes=changed), line=LATER))
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    once = due(spells, start, end)

    early, late = due(spells, start, middle), due(spells, middle, end)

    seen = [*early.missed, early.newest, *late.missed, late.newest]
    assert [s for s in seen if s] == [s for s in (*once.missed, once.newest) if s]
