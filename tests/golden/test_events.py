"""Events sealed before are read, and made again to the byte: one file for each kind and shape."""

from pathlib import Path
from typing import Any

import pytest

from app.evidence.canonical import canonical, parse
from app.evidence.chain import link_in
from app.evidence.events.access_events import PackIssued, TokenCreated
from app.evidence.events.connection_events import ConnectionAdded
from app.evidence.events.fact import Fact, event_of
from app.evidence.events.kinds import KINDS
from app.evidence.events.run_events import RunFailed, SlotMissed, Stored
from app.evidence.record import EntryPlace, Event, instant

FILES = sorted(Path(__file__).with_name("events").glob("*.json"))
FORMER = ("connection_added.of-caa3bc1", "pack_issued.of-caa3bc1")
"""Shapes that are not sealed any more."""
TODAY = [file for file in FILES if file.stem not in FORMER]


def named(file: Path) -> str:
    return file.stem


def read(event: Event) -> Fact:
    return KINDS[event.kind].of(event.detail)


def golden(name: str) -> Fact:
    return read(sealed(Path(__file__).with_name("events") / f"{name}.json")[1])


def sealed(file: Path) -> tuple[dict[str, Any], Event]:
    entry: dict[str, Any] = parse(file.read_bytes())
    at = instant(entry["at"])
    return entry, Event(kind=entry["kind"], at=at, actor=entry["actor"], detail=entry["detail"])


def test_each_kind_has_a_golden_file_of_the_shape_sealed_today() -> None:
    assert {file.stem.partition(".")[0] for file in TODAY} == set(KINDS)


@pytest.mark.parametrize("file", TODAY, ids=named)
def test_what_is_sealed_today_is_made_again_to_the_byte(file: Path) -> None:
    entry, event = sealed(file)
    fact = read(event)
    again = event_of(fact, at=event.at, actor=event.actor)
    link = link_in(entry)
    chained = (lambda _: link) if link is not None else None
    place = EntryPlace(seq=entry["seq"], prev_sha256=entry["prev_sha256"], link=chained)
    assert again.sealed(place) == file.read_bytes()
    assert fact.further == {}


@pytest.mark.parametrize("file", FILES, ids=named)
def test_what_this_annexa_does_not_know_stays_readable(file: Path) -> None:
    entry, event = sealed(file)
    later = {**entry["detail"], "of_times_to_come": ["told", {"n": 1}]}
    fact = KINDS[event.kind].of(later)
    assert fact.further == {"of_times_to_come": ["told", {"n": 1}]}
    assert canonical(fact.detail()) == canonical(
        {**read(event).detail(), "of_times_to_come": ["told", {"n": 1}]}
    )


def test_a_connection_of_before_time_zones_is_in_utc_with_the_former_meaning() -> None:
    fact = golden("connection_added.of-caa3bc1")
    assert isinstance(fact, ConnectionAdded)
    assert (fact.time_zone, fact.schedule_meaning, fact.follows_settings) == (
        "UTC",
        "former",
        False,
    )
    assert fact.schedule == "0 2 * * *"


def test_a_pack_of_before_does_not_tell_when_it_was_issued() -> None:
    fact = golden("pack_issued.of-caa3bc1")
    assert isinstance(fact, PackIssued)
    assert (fact.issued_at, fact.sealed_at) == (None, None)
    assert (
        fact.detail()
        == sealed(Path(__file__).with_name("events") / "pack_issued.of-caa3bc1.json")[0]["detail"]
    )


def test_a_slot_that_nobody_claimed_has_a_run_id_that_follows_from_what_it_is() -> None:
    missed = golden("slot_missed")
    claimed = golden("slot_missed.claimed")
    assert isinstance(missed, SlotMissed)
    assert isinstance(claimed, SlotMissed)
    assert (
        missed.run
        == SlotMissed(connection_id=missed.connection_id, slot=missed.slot, reason="another").run
    )
    assert missed.run != claimed.run == claimed.run_id


def test_values_have_their_types() -> None:
    stored, failed = golden("stored"), golden("run_failed")
    token = golden("token_created.for-ever")
    assert isinstance(stored, Stored)
    assert stored.weakest.until == instant("2033-12-31T23:59:59.000Z")
    assert stored.listings[0].objects == 182
    assert isinstance(failed, RunFailed)
    assert failed.slot == instant("2026-11-23T02:00:00.000Z")
    assert isinstance(token, TokenCreated)
    assert token.expires_at is None
