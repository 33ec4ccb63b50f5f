"""The simulator as a process: how it starts, hands over and ends."""

import json
import os
import signal
import ssl
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

import pytest

from simulator.process import SimulatorProcess, SimulatorStartError
from tests.patience import PATIENCE


def test_it_hands_over_what_a_custom_cloud_needs(simulator: SimulatorProcess) -> None:
    cloud = dict(
        line.split(" = ", 1) for line in simulator.cloud_file.read_text("utf-8").splitlines()
    )
    assert set(cloud) == {
        "authority",
        "resource_manager",
        "resource_manager_audience",
        "graph",
        "graph_audience",
        "logs",
        "logs_audience",
        "storage_audience",
        "vault_audience",
        "ca_file",
    }
    assert json.loads(cloud["authority"]) == simulator.base_url
    assert len(simulator.subscriptions) == 3
    assert "BEGIN CERTIFICATE" in simulator.ca_file.read_text("utf-8")


def test_the_client_secret_is_for_its_owner_only(simulator: SimulatorProcess) -> None:
    mode = stat.S_IMODE((simulator.dir / "client_secret").stat().st_mode)
    assert mode == 0o600
    assert simulator.client_secret not in repr(simulator)
    assert simulator.client_secret not in (simulator.dir / "ready.json").read_text("utf-8")


def test_the_clock_starts_where_it_is_told_and_runs(simulator: SimulatorProcess) -> None:
    simulator.set_night(1, datetime(2031, 5, 6, 2, 0, tzinfo=UTC))
    try:
        trust = ssl.create_default_context(cafile=simulator.ca_file)
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trust))
        with opener.open(f"{simulator.base_url}/common/discovery/instance") as answer:
            date = answer.headers["Date"]
        assert date.startswith("Tue, 06 May 2031 02:0")
    finally:
        simulator.set_night(0, datetime(2026, 1, 15, 2, 0, tzinfo=UTC))


def test_truth_and_least_come_from_the_tenant_of_the_night(simulator: SimulatorProcess) -> None:
    truth = simulator.truth()
    assert {"subject", "check", "expected"} == set(truth[0])
    assert simulator.least()["total"] > 10


def test_it_ends_when_asked(tmp_path: Path) -> None:
    with SimulatorProcess.start(tmp_path, resources=40, subscriptions=1) as process:
        pid = process.pid
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from simulator.process import SimulatorProcess;"
        "p = SimulatorProcess.start(Path(sys.argv[1]), resources=40, subscriptions=1);"
        "print(p.pid, flush=True); import os; os._exit(0)"
    )
    root = Path(__file__).parents[2]
    said = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        cwd=root,
        timeout=PATIENCE,
    )
    assert _gone(int(said.stdout), within=timedelta(seconds=20))


def test_wrong_input_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(SimulatorStartError, match="fault kind 'storm' is not one of"):
        SimulatorProcess.start(tmp_path, faults=[{"path": ".*", "kind": "storm"}])


def test_a_taken_port_is_one_sentence(simulator: SimulatorProcess, tmp_path: Path) -> None:
    port = int(simulator.base_url.rpartition(":")[2])
    with pytest.raises(SimulatorStartError, match="address already in use") as caught:
        SimulatorProcess.start(tmp_path, port=port, resources=40, subscriptions=1)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_at_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with SimulatorProcess.start(tmp_path, resources=40, subscriptions=1) as process:
        os.kill(process.pid, number)
        assert process._process.wait(timeout=PATIENCE) == 0
        said = (tmp_path / "simulator.log").read_text("utf-8")
    assert said.startswith(f"simulated tenant {process.tenant_id} on https://127.0.0.1:")
    assert said.count("\n") == 1


def test_latency_delays_each_answer_and_not_the_queue(tmp_path: Path) -> None:
    with SimulatorProcess.start(
        tmp_path, resources=40, subscriptions=1, latency_ms=2000
    ) as process:
        trust = ssl.create_default_context(cafile=process.ca_file)
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trust))

        def ask(_: int) -> int:
            with opener.open(f"{process.base_url}/common/discovery/instance") as answer:
                return int(answer.status)

        started = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, range(8))) == [200] * 8
        # one after the other they would take sixteen seconds, on the idlest machine
        assert 2 <= time.monotonic() - started < 8 * 2


def _gone(pid: int, *, within: timedelta) -> bool:
    deadline = time.monotonic() + within.total_seconds()
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state.lstrip().startswith("Z"):
            return True
        time.sleep(0.1)
    return False
