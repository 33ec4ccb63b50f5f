"""A small tenant whose clock is ours, and a home of it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.services.home.installation import Ports
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, installed, secret_env
from tests.services.nights.tenant_clock import TenantClock

START = datetime(2026, 3, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(resources=12, subscriptions=1, quotas="off", as_of=START) as process:
        yield process


@pytest.fixture
def clock(tenant: SimulatorProcess) -> TenantClock:
    return TenantClock(tenant, START)


@pytest.fixture
def ports(tenant: SimulatorProcess, clock: TenantClock, tmp_path: Path) -> Iterator[Ports]:
    with installed(tmp_path / "home", tenant, IMPATIENT, clock=clock) as made:
        yield made.ports
    os.environ[secret_env(tenant)] = tenant.client_secret
