"""Nights that are due, missed, tried again and overtaken, with a clock that tests set."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.db.rows.runs import nights, note_trouble
from app.schedule.connection import Connection
from app.services.connections.register import find_connection
from app.services.home.installation import Ports
from app.services.nights.night import plan_night
from app.services.nights.schedule.tick import tick
from app.services.nights.schedule.waits import Waits
from simulator.process import SimulatorProcess
from tests.installation import secret_env
from tests.services.nights.conftest import START
from tests.services.nights.tenant_clock import TenantClock

FIRST = datetime(2026, 3, 1, 2, tzinfo=UTC)


@pytest.fixture
def states(ports: Ports) -> Callable[[], list[str]]:
    def found() -> list[str]:
        with ports.database.read() as session:
            connection = find_connection(ports, None)
            period = (START - timedelta(days=1), START + timedelta(days=30))
            return [night.state for night in nights(session, connection.id, *period)]

    return found


def connection_of(ports: Ports) -> Connection:
    return find_connection(ports, None)


def test_a_due_night_is_collected_once(
    ports: Ports, clock: TenantClock, states: Callable[[], list[str]]
) -> None:
    clock.at = FIRST + timedelta(minutes=1)

    first, second = tick(ports, "test"), tick(ports, "test")

    assert (len(first.reports), len(second.reports)) == (1, 0)
    assert states() == ["complete"]


def test_nights_nobody_collected_are_missed_and_only_the_newest_is_caught_up(
    ports: Ports, clock: TenantClock, states: Callable[[], list[str]]
) -> None:
    clock.at = FIRST + timedelta(days=3, hours=5)

    done = tick(ports, "test")

    assert done.missed == 3
    assert states() == ["missed", "missed", "missed", "complete"]


def test_a_manual_run_does_not_hide_that_a_night_was_missed(
    ports: Ports, clock: TenantClock, states: Callable[[], list[str]]
) -> None:
    clock.at = FIRST + timedelta(days=1, hours=3)
    plan_night(ports, connection_of(ports), clock.at, "manual", "test")
    clock.at += timedelta(minutes=5)

    tick(ports, "test")

    assert states() == ["missed", "complete", "complete"]


def test_a_night_that_was_planned_and_overtaken_is_missed_never_collected_later(
    ports: Ports, clock: TenantClock, states: Callable[[], list[str]]
) -> None:
    plan_night(ports, connection_of(ports), FIRST, "scheduled", "a host that died")
    clock.at = FIRST + timedelta(days=1, minutes=1)

    done = tick(ports, "test")

    assert done.missed == 1
    assert [report.slot for report in done.reports] == [FIRST + timedelta(days=1)]
    assert states() == ["missed", "complete"]


def test_a_night_that_cannot_be_asked_is_tried_again_until_the_next_is_due(
    ports: Ports,
    clock: TenantClock,
    states: Callable[[], list[str]],
    tenant: SimulatorProcess,
) -> None:
    clock.at = FIRST + timedelta(seconds=1)
    waits = Waits()
    os.environ[secret_env(tenant)] = "not the secret"
    first = tick(ports, "test", waits)
    at_once = tick(ports, "test", waits)
    os.environ[secret_env(tenant)] = tenant.client_secret
    clock.at += timedelta(minutes=2)
    later = tick(ports, "test", waits)

    assert len(first.failed) == 1
    assert "not the secret" not in first.failed[0]
    assert at_once.failed == ()
    assert len(later.reports) == 1
    assert states() == ["complete"]


def test_a_night_that_never_could_be_asked_is_missed_and_says_why(
    ports: Ports, clock: TenantClock
) -> None:
    connection = connection_of(ports)
    run_id = plan_night(ports, connection, FIRST, "scheduled", "test")
    with ports.database.begin() as session:
        note_trouble(session, run_id, "Entra ID refused the credential")
    clock.at = FIRST + timedelta(days=1, minutes=1)

    tick(ports, "test")

    with ports.database.read() as session:
        (night,) = nights(session, connection.id, FIRST, FIRST)
    assert night.state == "missed"
    assert night.detail == "Entra ID refused the credential"


def test_waits_grow_and_end() -> None:
    waits, at = Waits(), START
    spans = []
    for _ in range(7):
        waits.failed("run", at)
        before = at
        while not waits.may_try("run", at):
            at += timedelta(minutes=1)
        spans.append((at - before) // timedelta(minutes=1))

    assert spans == [1, 2, 4, 8, 15, 15, 15]
    waits.failed("run", at)
    waits.ended("run")
    assert waits.may_try("run", at)
