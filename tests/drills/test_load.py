"""Everybody asks at once: health answers, nothing breaks, the night that falls due is collected."""

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.db.rows.runs import runs
from app.evidence.run_state import RunState
from app.services.access.tokens import SCOPES, create_token
from app.services.home.installation import open_ports
from tests.conftest import StartSimulator
from tests.installation import now
from tests.patience import PATIENCE
from tests.serving import EVERY_MINUTE, serving, standing_home, wait_until

PROBE = """
import http.client, json, sys, time
host, port, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
asked = http.client.HTTPConnection(host, port, timeout=300)
took = []
while len(took) < most:
    begun = time.perf_counter()
    asked.request("GET", "/health")
    answer = asked.getresponse()
    assert answer.read() == b'{"status":"ok"}' and answer.status == 200
    took.append(time.perf_counter() - begun)
    time.sleep(0.01)
print(json.dumps(sorted(took)))
"""
MOST_TIMES_SLOWER = 20
"""The bound of health's p99 under load, as a multiple of its own without load in the same run."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How many ask at once."""

    verifications: int
    packs: int
    waiting: int
    """Orders that may wait: fewer than there are packs."""
    samples: int


SHORT = Load(verifications=8, packs=10, waiting=3, samples=300)
WHOLE = Load(verifications=60, packs=120, waiting=64, samples=1_500)


def _p99(address: str, samples: int) -> float:
    """Seconds, of a client in a process of its own on one connection."""
    host, port = address.removeprefix("http://").split(":")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, host, port, str(samples)],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE * 4,
    )
    took: list[float] = json.loads(done.stdout)
    return took[int(len(took) * 0.99)]


@dataclass(kw_only=True)
class Crowd:
    """Many clients with one token; keeps what each answer was."""

    url: str
    token: str
    answers: Counter[tuple[str, int, bool]]

    def ask(self, path: str, body: Any = None) -> None:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data, headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE * 4) as answer:  # noqa: S310
                answer.read()
                self.answers[path, answer.status, False] += 1
        except urllib.error.HTTPError as refused:
            refused.read()
            self.answers[path, refused.code, "retry-after" in refused.headers] += 1


def _nights(folder: Path, since: datetime) -> set[RunState]:
    with closing(open_ports(folder, now)) as ports, ports.database.read() as session:
        return {run.state for run in runs(session) if run.slot > since}


def _token(folder: Path) -> str:
    with closing(open_ports(folder, now)) as ports:
        return create_token(ports, "crowd", SCOPES, timedelta(hours=1)).secret


def _order(number: int) -> dict[str, str]:
    """Each is for an audit of its own."""
    today = datetime.now(UTC).date().isoformat()
    return {
        "connection": "northgate",
        "from": today,
        "to": today,
        "engagement": f"Audit {number}",
        "auditor": "Northbridge Audit Ltd",
        "scope": "The patient portal.",
    }


def _under_load(crowd: Crowd, load: Load, measure: Callable[[], float]) -> float:
    """What is measured while all ask; verification is asked again and again until then."""
    measured = threading.Event()

    def verifies(_: int) -> None:
        while not measured.is_set():
            crowd.ask("/v1/verification")

    with ThreadPoolExecutor(load.verifications + load.packs) as many:
        asked = [many.submit(verifies, number) for number in range(load.verifications)]
        asked += [many.submit(crowd.ask, "/v1/packs", _order(n)) for n in range(load.packs)]
        try:
            found = measure()
        finally:
            measured.set()
        for one in asked:
            one.result()
    return found


def test_a_crowd_breaks_nothing_and_delays_no_night(
    start_simulator: StartSimulator,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    whole_drill: bool,  # noqa: FBT001 - a fixture
) -> None:
    load = WHOLE if whole_drill else SHORT
    small_tenant = start_simulator(subscriptions=1, resources=30, quotas="off", as_of=now())
    folder = standing_home(tmp_path / "home", small_tenant, EVERY_MINUTE)
    with (folder / "annexa.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"[service]\nwaiting_orders = {load.waiting}\n")
    token = _token(folder)
    with serving(folder, small_tenant) as served:
        wait_until(lambda: RunState.COMPLETE in _nights(folder, datetime.min.replace(tzinfo=UTC)))
        idle = _p99(served.url, load.samples)
        crowd = Crowd(url=served.url, token=token, answers=Counter())
        begun = now()

        def measure() -> float:
            found = _p99(served.url, load.samples)
            wait_until(lambda: RunState.COMPLETE in _nights(folder, begun))
            return found

        loaded = _under_load(crowd, load, measure)
        served.stop()

    told = Counter({f"{path} {status}": n for (path, status, _), n in crowd.answers.items()})
    with capsys.disabled():
        sys.stdout.write(
            f"\ndrill of a crowd: health p99 {idle * 1000:.1f} ms alone, "
            f"{loaded * 1000:.1f} ms under load: {loaded / idle:.1f} times; {dict(told)}\n"
        )
    for path, status, later in crowd.answers:
        assert status in {200, 202} or (status in {429, 503} and later), (path, status)
    assert told["/v1/verification 200"] >= load.verifications
    assert load.waiting <= told["/v1/packs 202"] < load.packs
    assert told["/v1/packs 202"] + told["/v1/packs 503"] == load.packs
    assert "Traceback" not in "".join(served.said)
    assert loaded <= MOST_TIMES_SLOWER * idle
