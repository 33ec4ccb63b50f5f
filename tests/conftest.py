"""Fixtures that every test may ask for."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from simulator.process import SimulatorProcess

# Machines are shared and noisy: no test fails for being slow. Derandomised: CI repeats itself.
settings.register_profile("annexa", deadline=None, derandomize=True)
settings.load_profile("annexa")

AS_OF = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)

StartSimulator = Callable[..., SimulatorProcess]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--drill",
        action="store_true",
        help="run the whole of what `make test` runs in a short form, and prints as such",
    )


@pytest.fixture(scope="session")
def whole_drill(request: pytest.FixtureRequest) -> bool:
    """Whether this is `make drill`: every altered bundle by every reader, 200 kills."""
    return bool(request.config.getoption("--drill"))


@pytest.fixture(scope="session")
def start_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSimulator]:
    """Start simulators as processes on free ports: `start_simulator(seed=7, resources=120, …)`.

    Options are `SimulatorProcess.start`'s; those still running when the session ends are stopped.
    """
    started: list[SimulatorProcess] = []

    def start(out: Path | None = None, **options: Any) -> SimulatorProcess:
        options.setdefault("as_of", AS_OF)
        folder = out or tmp_path_factory.mktemp("simulator")
        started.append(SimulatorProcess.start(folder, **options))
        return started[-1]

    yield start
    for process in started:
        process.stop()


@pytest.fixture(scope="module")
def simulator(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    """One small tenant for the tests of a module, without quotas."""
    with start_simulator(seed=7, subscriptions=3, resources=120, quotas="off") as process:
        yield process
