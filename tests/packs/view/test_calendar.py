"""A day shows the worst of its nights, and no lost night is hidden by another of its day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.controls.observed import Night, NightCount
from app.controls.period import Period
from app.evidence.run_state import RunState
from app.packs.view.calendar import lost_nights, night_cells, trend_cells

PERIOD = Period(first=date(2026, 3, 1), last=date(2026, 3, 5))


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def night(
    slot: datetime, state: str = "complete", detail: str = "", *, hand: bool = False, late: int = 0
) -> Night:
    begun = None if state == "missed" else slot + timedelta(hours=late)
    return Night(
        slot=slot,
        state=RunState(state),
        run_id="r",
        finished_at=begun and begun + timedelta(minutes=3),
        detail=detail,
        trigger="manual" if hand else "scheduled",
        started_at=begun,
    )


DAYS = {
    "nothing": ([], "none"),
    "one complete": ([night(at(1, 2))], "complete"),
    "missed before a complete one": ([night(at(1, 2), "missed"), night(at(1, 14))], "missed"),
    "missed after a complete one": ([night(at(1, 2)), night(at(1, 14), "missed")], "missed"),
    "failed before one with gaps": (
        [night(at(1, 2), "failed"), night(at(1, 14), "complete_with_gaps")],
        "failed",
    ),
    "late": ([night(at(1, 2), late=12)], "late"),
    "late with gaps": ([night(at(1, 2), "complete_with_gaps", late=12)], "complete_with_gaps"),
    "missed, then asked by hand": (
        [night(at(1, 2), "missed"), night(at(1, 9), hand=True)],
        "missed",
    ),
    "complete, then failed by hand": (
        [night(at(1, 2)), night(at(1, 9), "failed", hand=True)],
        "complete",
    ),
    "by hand only": ([night(at(1, 9), hand=True)], "manual"),
    "failed by hand only": ([night(at(1, 9), "failed", hand=True)], "none"),
}


@pytest.mark.parametrize("case", DAYS)
def test_a_day_shows_the_worst_of_its_nights(case: str) -> None:
    nights, state = DAYS[case]

    assert night_cells(nights, PERIOD)[0].state == state
    assert night_cells(reversed(nights), PERIOD)[0].state == state


def test_each_lost_night_has_its_row_and_equal_neighbours_are_one() -> None:
    nights = [
        night(at(1, 2), "missed", "a"),
        night(at(1, 14), "missed", "a"),
        night(at(2, 2)),
        night(at(2, 14), "missed", "a"),
        night(at(3, 2), "missed", "b"),
        night(at(3, 14), late=12),
        night(at(4, 9), hand=True),
    ]

    rows = lost_nights(nights, PERIOD)

    assert [(row.first, row.last, row.nights, row.state, row.detail) for row in rows] == [
        (at(1, 2), at(1, 14), 2, "missed", "a"),
        (at(2, 14), at(2, 14), 1, "missed", "a"),
        (at(3, 2), at(3, 2), 1, "missed", "b"),
        (at(3, 14), at(3, 14), 1, "late", "collected 12 h late"),
        (at(5, 0), at(5, 0), 1, "none", "No night was planned."),
    ]


def test_two_nights_of_a_day_are_not_added_up_in_a_trend() -> None:
    counts = [
        NightCount(slot=slot, check_id="a.b", passed=passed, failed=failed, unknown=0)
        for slot, passed, failed in [(at(1, 2), 8, 2), (at(1, 14), 10, 0), (at(2, 2), 10, 0)]
    ]

    first, second, third, *_ = trend_cells(counts, PERIOD)

    assert (first.passed, first.failed) == (8, 2)
    assert (second.passed, second.failed) == (10, 0)
    assert third.passed is None
