"""Nights are slots: two of one day are two, and a run by hand is none of the schedule."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from app.controls.night_state import NightState
from app.controls.nights import (
    ON,
    ON_OR_BEFORE,
    History,
    by_day,
    expected_nights,
    holes_words,
    late_by,
    late_words,
    tally,
    worst_state,
)
from app.controls.observed import Night
from app.evidence.run_state import RunState

DAY = date(2026, 3, 2)


def at(hour: int, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def night(
    slot: datetime,
    state: str = "complete",
    *,
    trigger: str = "scheduled",
    began: timedelta = timedelta(seconds=1),
    took: timedelta = timedelta(minutes=5),
) -> Night:
    begun = state not in {"missed", "planned"}
    done = state not in {"missed", "planned", "running"}
    return Night(
        slot=slot,
        state=RunState(state),
        run_id="r",
        finished_at=slot + began + took if done else None,
        trigger=trigger,
        started_at=slot + began if begun else None,
    )


LATE = [
    # began after, took, said
    (timedelta(0), timedelta(hours=5), None),
    (timedelta(minutes=59), timedelta(minutes=5), None),
    (timedelta(hours=12), timedelta(minutes=5), "collected 12 h late"),
    (timedelta(hours=25), timedelta(minutes=5), "collected 1 day 1 h late"),
    (timedelta(hours=48), timedelta(minutes=5), "collected 2 days late"),
    (timedelta(0), timedelta(hours=7), "collected 7 h late"),
]


@pytest.mark.parametrize(("began", "took", "said"), LATE)
def test_a_night_seen_long_after_its_slot_says_how_long(
    began: timedelta, took: timedelta, said: str | None
) -> None:
    by = late_by(night(at(2), began=began, took=took))

    assert (late_words(by) if by else None) == said


@pytest.mark.parametrize(
    "other",
    [
        night(at(2), "missed"),
        night(at(2), "failed", began=timedelta(hours=12)),
        night(at(2), trigger="manual", began=timedelta(hours=12)),
    ],
)
def test_what_was_not_collected_or_asked_by_hand_is_never_late(other: Night) -> None:
    assert late_by(other) is None


NIGHTS = [
    night(at(2)),
    night(at(14), began=timedelta(hours=3)),
    night(at(2, 3), "complete_with_gaps"),
    night(at(14, 3), "missed"),
    night(at(15, 3), trigger="manual"),
    night(at(2, 4), "failed"),
    night(at(14, 4), "planned"),
]


def test_every_night_is_counted_once_and_runs_by_hand_apart() -> None:
    found = tally(NIGHTS)

    assert (found.planned, found.collected, found.with_gaps, found.late) == (6, 3, 1, 1)
    assert (found.missed, found.failed, found.unfinished, found.manual) == (1, 1, 1, 1)
    assert found.sentence == (
        "3 of 6 slots collected; 1 with gaps, 1 late, 1 missed, 1 failed, 1 not finished; "
        "1 run by hand"
    )


def test_the_worst_night_of_a_day_shows_in_whatever_order_they_come() -> None:
    ranked = [
        night(at(1), "missed"),
        night(at(2), "failed"),
        night(at(3), "complete_with_gaps"),
        night(at(4), began=timedelta(hours=2)),
        night(at(5)),
    ]
    words = ["missed", "failed", "complete_with_gaps", "late", "complete"]
    for place in range(len(ranked)):
        for order in permutations(ranked[place:]):
            assert worst_state(order) == words[place]


def test_nights_of_one_day_stay_apart() -> None:
    assert [len(found) for found in by_day(NIGHTS).values()] == [2, 3, 2]


def test_a_run_by_hand_fills_no_slot_but_a_day_without_one() -> None:
    days = [DAY + timedelta(days=n) for n in range(4)]
    nights = [night(at(2)), night(at(14), "missed"), night(at(15), trigger="manual")]

    expected = expected_nights(days, nights)

    assert expected.number == 5
    assert expected.covered([at(2), at(15)]) == 1
    assert expected.covered([at(2), at(14)]) == 2
    assert expected.covered([at(2), at(9, 4), at(10, 4)]) == 2


def test_a_verdict_that_stood_from_the_first_look_on_stood_on_or_before_it() -> None:
    history = History(nights=NIGHTS, first_asked={"a.b": at(2)})

    assert history.since_is("a.b", at(2)) == ON_OR_BEFORE
    assert history.since_is("a.b", at(14)) == ON
    assert history.since_is("never.asked", at(14)) == ON_OR_BEFORE


@pytest.mark.parametrize(
    ("first", "last", "lost", "said"),
    [
        (at(2), at(2, 3), 0, ""),
        (at(2), at(14, 3), 1, "with 1 slot not collected"),
        (at(2), at(23, 4), 2, "with 2 slots not collected"),
        (at(15, 3), at(1, 4), 0, ""),
    ],
)
def test_a_verdict_over_lost_nights_shows_the_holes(
    first: datetime, last: datetime, lost: int, said: str
) -> None:
    found = History(nights=NIGHTS).not_collected(first, last)

    assert len(found) == lost
    assert holes_words(len(found)) == said


def test_every_state_of_a_run_can_be_shown_as_one_of_a_night() -> None:
    shown = [NightState.of(night(datetime(2026, 3, 1, 2, tzinfo=UTC), one)) for one in RunState]
    assert [one.value for one in shown] == [one.value for one in RunState]
