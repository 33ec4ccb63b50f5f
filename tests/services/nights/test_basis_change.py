"""A night by other expectations, rules or software than the night before says so, and by whom."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.controls.expectations import load_expectations
from app.errors import UnavailableError
from app.evidence.canonical import parse
from app.evidence.events.run_events import BasisChanged
from app.services.home.installation import Ports
from app.services.index.catch_up import reindex
from app.services.index.sealed_nights import sealed_nights
from app.services.nights.night import collect_night, plan_night
from app.services.proof.whole_store import verify_store
from app.services.reading.status import status_of
from app.settings import ReleaseSettings
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.golden.homes import golden_home
from tests.installation import Installation, installed, now
from tests.services.full_disk import FullDisk

SOURCE = "keys.vaults"
BEGINNING, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(resources=20, subscriptions=1, quotas="off", as_of=now()) as process:
        yield process


@pytest.fixture
def home(tmp_path: Path, tenant: SimulatorProcess) -> Iterator[Installation]:
    with installed(tmp_path / "home", tenant) as whole:
        few = tuple(one for one in whole.ports.collectors if one.id == SOURCE)
        yield replace(whole, ports=replace(whole.ports, collectors=few))


def told(ports: Ports) -> list[BasisChanged]:
    entries = [parse(data) for _, data in ports.open_log().entries()]
    return [BasisChanged.of(e["detail"]) for e in entries if e.get("kind") == BasisChanged.KIND]


def other(home: Installation, by: str = "") -> Installation:
    """The same home once somebody has changed an expectation and a setting."""
    release = ReleaseSettings(by=by, commit="0123abc" if by else "")
    settings = {"release": release, "not_applicable": {"A.8.30": "nothing is outsourced"}}
    ports = replace(
        home.ports,
        expectations=load_expectations({"log_retention_days": 400}),
        settings=home.ports.settings.model_copy(update=settings),
    )
    return replace(home, ports=ports)


def test_the_first_night_after_a_change_says_what_changed_and_who_released_it(
    home: Installation,
) -> None:
    home.collect()
    home.collect()
    assert told(home.ports) == []

    changed = other(home, "Change board, CHG-1042")
    changed.collect()
    changed.collect()
    (event,) = told(home.ports)
    assert [(one.what, one.now) for one in event.changes] == [
        ("setting not_applicable", "A.8.30"),
        ("expectation log_retention_days", "400"),
    ]
    assert (event.released_by, event.commit) == ("Change board, CHG-1042", "0123abc")
    first, row = sealed_nights(home.ports.store, home.ports.open_log().entries())[
        home.connection.id
    ].changes(BEGINNING, END)
    assert (first.what, first.before) == ("setting not_applicable", "none")
    assert (row.slot, row.what, row.released_by) == (
        event.slot,
        "expectation log_retention_days",
        "Change board, CHG-1042",
    )
    (shown,) = status_of(home.ports).connections[0].changes
    assert "log_retention_days" in shown
    assert "released by Change board" in shown
    assert not verify_store(home.ports).faults


def test_who_was_not_told_is_not_made_up(home: Installation) -> None:
    home.collect()
    other(home).collect()
    (event,) = told(home.ports)
    assert event.released_by is None
    assert "not told" in status_of(home.ports).connections[0].changes[0]


def test_a_run_that_goes_on_tells_a_change_once(home: Installation) -> None:
    home.collect()
    changed = other(home, "somebody")
    slot = now().replace(microsecond=0) + timedelta(seconds=30)
    run_id = plan_night(changed.ports, home.connection, slot, "manual", "test")
    full = FullDisk(changed.ports.store, changed.ports.open_log().size + 2)
    with pytest.raises(UnavailableError):
        collect_night(replace(changed.ports, store=full), home.connection, run_id)
    collect_night(changed.ports, home.connection, run_id)

    assert len(told(home.ports)) == 1


def test_nights_of_before_are_told_by_their_records_and_nothing_is_made_up(tmp_path: Path) -> None:
    with golden_home(tmp_path) as ports:
        (found,) = sealed_nights(ports.store, ports.open_log().entries()).values()
        assert found.changes(BEGINNING, END) == []
        assert reindex(ports)
