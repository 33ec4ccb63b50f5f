"""A clock that runs ahead calls nothing over; set right, the log says so and nights go on."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.db.rows.log import events
from app.db.rows.runs import nights, runs
from app.errors import RefusedError
from app.evidence.events.connection_events import ConnectionChanged
from app.evidence.events.log_events import ClockCorrected
from app.evidence.events.run_events import SlotsMissed, SlotsReopened
from app.services.connections.missed_slots import miss
from app.services.connections.register import find_connection
from app.services.home.installation import Ports
from app.services.index.catch_up import reindex
from app.services.index.events import record_event
from app.services.nights.clock.correction import correct_by_hand
from app.services.nights.night import collect_now
from app.services.nights.schedule.overtaken import settle
from app.services.nights.schedule.tick import tick
from app.services.proof.whole_store import verify_store
from tests.services.nights.conftest import START
from tests.services.nights.tenant_clock import TenantClock

FIRST = datetime(2026, 3, 1, 2, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)


def states(ports: Ports) -> list[str]:
    with ports.database.read() as session:
        return [run.state for run in reversed(runs(session))]


def test_one_look_years_ahead_seals_nothing_and_nights_go_on_after(
    ports: Ports, clock: TenantClock
) -> None:
    clock.at = FIRST + timedelta(minutes=1)
    tick(ports, "test")
    size = ports.open_log().size

    clock.ahead(YEARS)
    done = tick(ports, "test")

    assert (done.missed, done.reports) == (0, ())
    assert ports.open_log().size == size
    clock.at = FIRST + timedelta(days=1, minutes=1)
    assert len(tick(ports, "test").reports) == 1
    assert states(ports) == ["complete", "complete"]
    assert verify_store(ports).faults == ()


def test_nights_that_are_over_by_azures_clock_are_missed_by_one_ahead_too(
    ports: Ports, clock: TenantClock
) -> None:
    clock.at = FIRST + timedelta(days=2, hours=5)
    clock.ahead(YEARS)

    done = tick(ports, "test")

    assert done.missed == 2
    with ports.database.read() as session:
        (told,) = events(session, SlotsMissed)
    assert told.fact.slots == (FIRST, FIRST + timedelta(days=1))
    assert (told.fact.first, told.fact.last, told.fact.count) == (*told.fact.slots, 2)


def test_where_nobody_vouches_nights_wait(ports: Ports, clock: TenantClock) -> None:
    cloud = Path(find_connection(ports, None).cloud_file or "")
    text = cloud.read_text()
    clock.at = FIRST + timedelta(days=3)
    try:
        cloud.write_text(re.sub(r"(https://[\w.]+):\d+", r"\1:1", text))
        assert tick(ports, "test").missed == 0
        assert states(ports) == []
    finally:
        cloud.write_text(text)
    assert tick(ports, "test").missed == 3


def test_no_night_is_collected_by_a_clock_that_is_wrong(ports: Ports, clock: TenantClock) -> None:
    clock.at = FIRST - timedelta(hours=2)
    clock.ahead(timedelta(hours=2, minutes=1))

    done = tick(ports, "test")

    assert len(done.failed) == 1
    assert "2:00:59" in done.failed[0] or "2:01:00" in done.failed[0]
    assert "ahead of Azure's" in done.failed[0]
    with pytest.raises(RefusedError) as refused:
        collect_now(ports, find_connection(ports, None), clock(), "test")
    assert refused.value.kind == "clock_wrong"


def test_what_an_older_version_called_missed_before_it_was_due_is_planned_again(
    ports: Ports, clock: TenantClock
) -> None:
    clock.at = FIRST + timedelta(minutes=1)
    tick(ports, "test")
    connection = find_connection(ports, None)
    clock.ahead(YEARS)
    coming = [FIRST + timedelta(days=day) for day in range(1, 40)]
    miss(ports, connection.id, coming)
    assert verify_store(ports).faults == (), "so far time only went forward"

    clock.at = FIRST + timedelta(hours=23)
    tick(ports, "test")
    clock.at = FIRST + timedelta(days=1, minutes=1)
    assert len(tick(ports, "test").reports) == 1
    with ports.database.read() as session:
        (corrected,) = events(session, ClockCorrected)
        (reopened,) = events(session, SlotsReopened)
        told = nights(session, connection.id, FIRST, FIRST + timedelta(days=60))
    assert corrected.fact.ahead == FIRST + timedelta(minutes=1) + YEARS
    assert corrected.fact.vouched_by == "Azure (custom)"
    assert reopened.fact.count == len(coming)
    assert [night.state for night in told] == ["complete", "complete"]
    assert verify_store(ports).faults == ()
    assert any("our clock had run ahead" in note for note in verify_store(ports).notes)
    clock.at = FIRST + timedelta(days=2, minutes=1)
    assert len(tick(ports, "test").reports) == 1
    before = states(ports)
    reindex(ports)
    assert states(ports) == before == ["complete"] * 3


def test_a_night_that_a_lost_index_had_planned_is_missed_before_a_pack(
    ports: Ports, clock: TenantClock
) -> None:
    connection = find_connection(ports, None)
    clock.at = FIRST + timedelta(days=1, minutes=1)
    miss(ports, connection.id, [FIRST + timedelta(days=1)])
    assert states(ports) == ["missed"], "nobody tells of the first night"

    settle(ports, connection)

    assert states(ports) == ["missed", "missed"]
    assert not [note for note in verify_store(ports).notes if "no entry tells" in note]


def test_no_pack_is_made_by_a_clock_that_calls_coming_nights_over(
    ports: Ports, clock: TenantClock
) -> None:
    clock.at = FIRST + timedelta(minutes=1)
    tick(ports, "test")
    size = ports.open_log().size
    clock.ahead(timedelta(days=3))

    with pytest.raises(RefusedError) as refused:
        settle(ports, find_connection(ports, None))

    assert refused.value.kind == "clock_wrong"
    assert ports.open_log().size == size


def test_a_correction_by_hand_says_why_and_is_refused_where_nothing_is_to_correct(
    ports: Ports, clock: TenantClock
) -> None:
    with pytest.raises(RefusedError) as refused:
        correct_by_hand(ports, "why not", "operator")
    assert refused.value.kind == "clock_right"
    clock.ahead(timedelta(days=1))
    miss(ports, find_connection(ports, None).id, [FIRST, FIRST + timedelta(hours=1)])
    clock.at = START + timedelta(minutes=5)

    fact = correct_by_hand(ports, "a battery was replaced", "operator")

    assert (fact.vouched_at, fact.why, fact.by) == (None, "a battery was replaced", "operator")
    assert verify_store(ports).faults == ()


def test_what_a_clock_that_ran_behind_dated_is_corrected_by_hand(
    ports: Ports, clock: TenantClock
) -> None:
    connection = find_connection(ports, None)
    clock.at = FIRST + timedelta(hours=1)
    record_event(ports, connection.told_as(ConnectionChanged), actor="test")
    clock.ahead(-timedelta(days=6 * 365))
    record_event(ports, connection.told_as(ConnectionChanged), actor="test")
    clock.at = FIRST + timedelta(hours=2)
    record_event(ports, connection.told_as(ConnectionChanged), actor="test")
    assert [fault.code for fault in verify_store(ports).faults] == ["record_backdated"]

    correct_by_hand(ports, "a battery was replaced", "operator")

    found = verify_store(ports)
    assert found.faults == ()
    assert any("our clock had run behind" in note for note in found.notes)
    with pytest.raises(RefusedError):
        correct_by_hand(ports, "again", "operator")
