"""annexa serve as a process: it answers, collects what is due, shares nights, ends when told."""

import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app.db.rows.runs import runs
from app.evidence.canonical import parse
from app.evidence.record import entry_key
from app.services.home.installation import open_ports
from simulator.process import SimulatorProcess
from tests.command_line import annexa
from tests.conftest import StartSimulator
from tests.installation import now
from tests.patience import PATIENCE
from tests.serving import DAILY, EVERY_MINUTE, serving, standing_home, wait_until

MakeHome = Callable[..., Path]


@pytest.fixture
def home(small_tenant: SimulatorProcess, tmp_path: Path) -> MakeHome:
    """Make a home whose connection was added when somebody last looked."""

    def make(schedule: str, tenant: SimulatorProcess = small_tenant) -> Path:
        return standing_home(tmp_path / "home", tenant, schedule)

    return make


def states(home: Path) -> list[str]:
    """States of all runs, oldest slot first."""
    with closing(open_ports(home, now)) as ports, ports.database.read() as session:
        return [run.state for run in reversed(runs(session))]


def events(home: Path, kind: str) -> list[str]:
    """Slots of the events of this kind in the log, which no index made up."""
    with closing(open_ports(home, now)) as ports:
        entries = [parse(ports.store.get(entry_key(n))) for n in range(ports.open_log().size)]
    details = [one["detail"] for one in entries if str(one.get("kind")).startswith(kind)]
    return [slot for one in details for slot in one.get("slots", [one.get("slot")])]


def test_serve_answers_collects_the_minute_that_is_due_and_ends_on_sigterm(
    home: MakeHome, small_tenant: SimulatorProcess
) -> None:
    folder = home(EVERY_MINUTE)
    with serving(folder, small_tenant) as served:
        assert served.health() == {"status": "ok"}
        wait_until(lambda: "complete" in states(folder), "the due night was not collected")
        code = served.stop()
    assert code == 0
    found = states(folder)
    assert found[0] == "missed"
    assert len(events(folder, "run_completed")) == found.count("complete")
    assert annexa(folder, "verify").code == 0


def test_two_serves_on_one_home_collect_a_night_once_and_say_what_was_missed(
    home: MakeHome, small_tenant: SimulatorProcess
) -> None:
    folder = home(DAILY)
    with ExitStack() as both:
        first, second = (both.enter_context(serving(folder, small_tenant)) for _ in range(2))
        wait_until(lambda: "complete" in states(folder), "the due night was not collected")
        assert (first.stop(), second.stop()) == (0, 0)
    shown = annexa(folder, "status")

    found = states(folder)
    assert found.count("complete") == 1
    assert set(found[:-1]) == {"missed"}
    for kind, times in (("run_started", 1), ("run_completed", 1), ("slot", len(found) - 1)):
        slots = events(folder, kind)
        assert len(slots) == len(set(slots)) == times
    assert shown.out.count("missed") >= len(found) - 1
    assert "cannot be collected later" in shown.out


def test_a_port_in_use_is_one_sentence(home: MakeHome, small_tenant: SimulatorProcess) -> None:
    del small_tenant
    folder = home(DAILY)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = annexa(folder, "serve", "--port", str(port), "--no-schedule")
    assert said.code == 3
    assert said.sentence.endswith("[unavailable]")
    assert str(port) in said.sentence
    assert "--port" in said.sentence


def records(home: Path) -> int:
    """Records sealed so far."""
    entries = (parse(path.read_bytes()) for path in (home / "store" / "entry").rglob("*.json"))
    return sum(1 for entry in entries if "kind" not in entry)


@pytest.mark.parametrize(("word", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_in_a_night_ends_it_quietly_and_it_goes_on_at_the_next_start(
    word: signal.Signals, code: int, home: MakeHome, start_simulator: StartSimulator
) -> None:
    options = {"seed": 7, "subscriptions": 1, "resources": 30, "quotas": "off", "as_of": now()}
    with start_simulator(latency_ms=200, **options) as slow:
        folder = home(DAILY, slow)
        with serving(folder, slow) as served:
            wait_until(lambda: records(folder) >= 3, "no night began")
            served.process.send_signal(word)
            assert served.process.wait(timeout=PATIENCE) == code
        sealed = records(folder)
        assert "complete" not in states(folder)
        assert "Traceback" not in "".join(served.said)
        with serving(folder, slow) as again:
            wait_until(lambda: "complete" in states(folder), "the night did not go on")
            assert again.stop() == 0
    assert records(folder) > sealed
    assert len(events(folder, "run_started")) == len(events(folder, "run_completed")) == 1
    assert annexa(folder, "verify").code == 0
