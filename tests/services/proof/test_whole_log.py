"""The whole log is judged by its chains too: what is linked wrongly, and what is not told yet."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.packs.verify.period.whole_log import AWAITED, WholeLog
from tests.packs.verify.test_period import BEGAN, Made, connection, made, nights


def wrong(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    log = WholeLog()
    for entry in entries:
        log.take(f"entry/{entry['seq']}", entry)
    return [(name, code) for name, _, code in log.wrong()]


def test_a_log_as_it_is_written_is_whole() -> None:
    assert wrong(made().entries()) == []
    assert wrong(made(linked=False).entries()) == []
    assert wrong([]) == []


def test_what_an_older_annexa_began_is_judged_from_its_first_link() -> None:
    log = made(date(2026, 3, 4), linked=False)
    log.linked = True
    for slot in nights(date(2026, 3, 5), date(2026, 3, 12)):
        log.night(slot)
    assert wrong(log.entries()) == []


def test_what_is_linked_to_another_entry_is_named() -> None:
    entries = made().entries()
    place = len(entries) // 2
    entries[place]["chain"]["after"] -= 1
    assert (f"entry/{place}", "night_unlinked") in wrong(entries)


@pytest.mark.parametrize("left_out", [date(2026, 3, 2), date(2026, 3, 11)])
def test_a_planned_night_that_nobody_tells_of_yet_is_awaited(left_out: date) -> None:
    log = Made()
    log.tell(connection(), BEGAN)
    for slot in nights(date(2026, 2, 21), date(2026, 3, 12)):
        if slot.date() != left_out:
            log.night(slot)
    ((_, code),) = wrong(log.entries())
    assert code == "slot_untold"
    assert code in AWAITED


def test_a_run_without_an_end_is_awaited() -> None:
    log = made(date(2026, 3, 9))
    log.begun(datetime(2026, 3, 10, 2, tzinfo=UTC))
    assert wrong(log.entries()) == []
    log.night(datetime(2026, 3, 11, 2, tzinfo=UTC))
    ((_, code),) = wrong(log.entries())
    assert code == "run_unended"
