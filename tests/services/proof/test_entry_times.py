"""Entries that claim to be older than what the log already held are told, honest ones never."""

from datetime import UTC, datetime, timedelta

import pytest

from app.evidence.canonical import canonical
from app.evidence.record import RECORD_SCHEMA, EntryPlace, Event, utc
from app.packs.verify.period.left_open import STEP_BACK
from app.services.proof.entry_times import EntryClock

START = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


def event(at: datetime) -> bytes:
    return Event(kind="verified", at=at, actor="test").sealed(EntryPlace(seq=0, prev_sha256=None))


def record(at: datetime) -> bytes:
    return canonical({"schema": RECORD_SCHEMA, "time": {"collected_at": utc(at)}})


def told(*minutes: int) -> list[str]:
    """Entries that are told, each made so many minutes after the start."""
    clock = EntryClock()
    for number, minute in enumerate(minutes):
        make = (event, record)[number % 2]
        clock.take(str(number), make(START + timedelta(minutes=minute)))
    return [finding.key for finding in clock.findings()]


def test_time_goes_forward_or_a_little_back() -> None:
    assert told(0, 5, 5, 1, 9, 60) == []
    assert told(0, 30, 30 - int(STEP_BACK.total_seconds() / 60)) == []


def test_an_entry_appended_to_the_past_is_told() -> None:
    assert told(0, 10_000, 3, 10_001) == ["2"]


def test_many_small_steps_back_are_told_too() -> None:
    assert told(100, 92, 84, 76) == ["2"]


def test_a_clock_that_was_set_right_is_told_once() -> None:
    assert told(0, 500_000, 1, 2, 3, 1_500) == ["2"]


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"schema":"x","at":"yesterday"}'])
def test_what_says_no_time_is_left_to_others(data: bytes) -> None:
    clock = EntryClock()
    clock.take("0", data)
    assert list(clock.findings()) == []
