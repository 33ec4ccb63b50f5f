"""Times that no clock should tell: no honest period is refused, and nothing ends the reader."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.evidence.events.run_events import SlotsReopened, missed
from app.packs.verify.checks import Report
from tests.packs.verify.test_period import (
    AFTER,
    BEGAN,
    ID,
    NIGHTLY,
    Entry,
    Made,
    changed,
    codes,
    connection,
    finished,
    made,
    nights,
    said,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WHOLE = "complete for 2026-03-01 to 2026-03-10: 10 of 10 slots, 0 missed"


def with_a_dead_battery(tell: Callable[[Made], object]) -> Report:
    """Nights in their time, and between two of them what a clock of long ago dates."""
    log = Made()
    log.tell(connection(), BEGAN)
    for slot in nights(date(2026, 2, 21), date(2026, 3, 5)):
        log.night(slot)
    tell(log)
    for slot in nights(date(2026, 3, 6), date(2026, 3, 12)):
        log.night(slot)
    log.drawn(AFTER)
    return finished(log.entries())


@pytest.mark.parametrize(
    "tell",
    [
        lambda log: log.tell(changed(NIGHTLY), LONG_AGO),
        lambda log: log.drawn(LONG_AGO),
    ],
)
def test_what_a_clock_dated_long_ago_ends_no_chain(tell: Callable[[Made], object]) -> None:
    report = with_a_dead_battery(tell)
    assert codes(report) == []
    assert said(report) == WHOLE


def test_a_pack_that_says_it_was_drawn_before_its_period_proves_no_night_and_says_so() -> None:
    log = made()
    log.drawn(LONG_AGO)
    report = finished(log.entries())
    assert codes(report) == report.notes == []
    assert "any night of the period" in report.unproved[0]
    assert codes(finished(log.entries(), "2026-03-01..2026-03-02")) == ["period_not_covered"]


def test_a_pack_outside_of_the_chain_is_refused() -> None:
    log = made()
    log.drawn(AFTER)
    entries = log.entries()
    del entries[-1]["chain"]
    assert "night_unlinked" in codes(finished(entries))


def _drawn_with(**more: Any) -> Callable[[list[Entry]], None]:
    return lambda entries: entries[-1]["detail"].update(more)


def _told_at(place: int, at: str) -> Callable[[list[Entry]], None]:
    return lambda entries: entries[place].update(at=at)


@pytest.mark.parametrize(
    "change",
    [
        _told_at(-1, "9999-12-31T23:59:59.999Z"),
        _told_at(-1, "0001-01-01T00:00:00.000Z"),
        _told_at(-1, "2026-W11-4T12:00:00Z"),
        _told_at(-1, "20260312T120000.000Z"),
        _told_at(0, "0001-01-01T00:00:00.000Z"),
    ],
)
def test_instants_beyond_any_clock_or_of_another_spelling_are_refused(
    change: Callable[[list[Entry]], None],
) -> None:
    log = made()
    log.drawn(AFTER)
    entries = log.entries()
    change(entries)
    assert "record_malformed" in codes(finished(entries))


def test_a_period_from_the_first_to_the_last_day_of_the_calendar_is_judged() -> None:
    log = made()
    log.drawn(AFTER)
    entries = log.entries()
    _drawn_with(first="0001-01-01", last="9999-12-31")(entries)
    report = finished(entries)
    assert codes(report) == []
    assert said(report).startswith("complete for 0001-01-01 to 9999-12-31, as far as due at 2026")
    after = finished(entries, "9999-12-31..9999-12-31")
    assert codes(after) == ["period_not_covered"]


def test_nights_are_counted_through_in_steps_of_what_they_can_be() -> None:
    log = Made()
    log.tell(connection("*/60 5 * * *"), datetime(2020, 1, 1, tzinfo=UTC))
    slot = datetime(2020, 1, 1, 5, tzinfo=UTC)
    for day in range(40):
        log.night(slot + timedelta(days=day))
    log.drawn(datetime(2020, 2, 9, 12, tzinfo=UTC), date(2020, 1, 1), date(2020, 2, 8))
    assert said(finished(log.entries())).endswith("39 of 39 slots, 0 missed")


def test_missed_slots_that_are_planned_again_are_told_by_what_came_of_them() -> None:
    log = made(date(2026, 3, 6))
    coming = list(nights(date(2026, 3, 7), date(2026, 3, 9)))
    reopened = SlotsReopened(connection_id=ID, since=coming[0], count=2)
    log.tell(missed(ID, coming, "a clock ran ahead"), coming[0] + timedelta(hours=1))
    log.tell(reopened, coming[0] + timedelta(hours=2))
    log.night(coming[1])
    log.tell(missed(ID, [coming[2]], "no"), coming[2] + timedelta(days=1))
    log.tell(reopened, coming[2] + timedelta(days=1))
    log.night(coming[2] + timedelta(days=1))
    log.drawn(AFTER - timedelta(days=2))
    report = finished(log.entries())
    assert "slot_untold" in codes(report)
    assert "2026-03-09 02:00" in report.failed[0]["reason"]
    log.tell(missed(ID, [coming[2]], "no"), coming[2] + timedelta(days=1))
    log.drawn(AFTER - timedelta(days=2))
    assert "7 of 10 slots, 2 missed, 1 failed, 1 late" in said(finished(log.entries()))
