"""A bundle of real nights proves its period, and stops to when a night is left out of it."""

import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.packs.verify.checks import Report
from app.packs.verify.log.sealed_json import sealed_json
from app.packs.verify.period.period import Period
from app.packs.view.facts import Engagement
from app.services.connections.register import find_connection
from app.services.home.installation import Ports
from app.services.nights.schedule.tick import tick
from app.services.packing.pack import issue_pack
from app.services.proof.whole_store import verify_bundle_file, verify_store
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, installed, secret_env
from tests.services.nights.tenant_clock import TenantClock

START = datetime(2026, 3, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(resources=12, subscriptions=1, quotas="off", as_of=START) as process:
        yield process


@pytest.fixture(scope="module")
def ports(tenant: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """1 March in time; the 2nd and 3rd missed; the 4th late; the 5th and 6th in time."""
    home = tmp_path_factory.mktemp("whole") / "home"
    clock = TenantClock(tenant, START)
    with installed(home, tenant, IMPATIENT, clock=clock) as made:
        os.environ[secret_env(tenant)] = tenant.client_secret
        for day, hours in ((1, 1), (4, 9), (5, 1), (6, 1)):
            clock.at = START.replace(day=day) + timedelta(hours=hours, minutes=1)
            assert len(tick(made.ports, "test").reports) == 1
        yield made.ports


@pytest.fixture(scope="module")
def bundle(ports: Ports) -> Path:
    asked = Engagement(
        name="Spring",
        auditor="A. Uditor",
        scope="All",
        first=date(2026, 3, 3),
        last=date(2026, 3, 5),
    )
    return issue_pack(ports, find_connection(ports, None), asked).bundle


def test_the_period_of_a_bundle_is_proved_by_it(ports: Ports, bundle: Path) -> None:
    trust = ports.home / "trust"
    found = verify_bundle_file(bundle, trust / "root.pem", trust / "log.vkey")
    assert found.faults == ()
    assert "complete for 2026-03-03 to 2026-03-05: 2 of 3 slots, 1 missed, 1 late" in found.notes
    assert not any("night" in note for note in found.notes if "not proved" in note)
    assert verify_store(ports).faults == ()


def test_each_event_of_the_chain_that_is_left_out_is_missed(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as opened:
        names = [name for name in sorted(opened.namelist()) if name.startswith("entries/")]
        entries = {name: sealed_json(opened.read(name)) for name in names}
    chain = [name for name, entry in entries.items() if "chain" in entry]
    assert len(chain) > 5
    for left_out in chain:
        report, period = Report(), Period()
        for name, entry in entries.items():
            if name != left_out:
                period.take(name, entry)
        period.finish(report)
        assert report.failed or report.unproved, entries[left_out]["kind"]
