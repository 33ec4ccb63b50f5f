"""A run killed at any moment goes on where it was; nothing sealed is lost, doubled or redone."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.evidence.canonical import parse
from app.evidence.record import RECORD_SCHEMA
from app.services.index.catch_up import reindex
from app.services.nights.night import collect_night, plan_night
from app.services.proof.whole_store import verify_store
from collectors.kit import TENANT, Scope
from collectors.kit.catalogue.registry import all_collectors
from collectors.kit.level import has_scope
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import Installation, installed
from tests.patience import PATIENCE

KILLS = 6


@pytest.fixture(scope="module")
def slow_tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(quotas="off", as_of=datetime.now(UTC), latency_ms=60) as process:
        yield process


@pytest.fixture
def installation(slow_tenant: SimulatorProcess, tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path / "home", slow_tenant) as made:
        yield made


@pytest.fixture(scope="module")
def planned(slow_tenant: SimulatorProcess) -> int:
    """Records of a night: one a collector and scope in which it asks anything."""
    scopes = (TENANT, *map(Scope, slow_tenant.subscriptions))
    return sum(has_scope(one, scope) for one in all_collectors() for scope in scopes)


def records(installation: Installation) -> list[dict[str, object]]:
    entries = (parse(data) for _, data in installation.ports.open_log().entries())
    return [entry for entry in entries if entry["schema"] == RECORD_SCHEMA]


def key(record: dict[str, object]) -> tuple[str, str | None]:
    what = record["what"]
    assert isinstance(what, dict)
    return what["collector"], what["scope"]["subscription_id"]


def resume(installation: Installation) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "app.main", "--home", str(installation.home)]
    return subprocess.Popen(
        [*command, "collect", "--resume"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def asked_settings(tenant: SimulatorProcess, since: int) -> set[str]:
    """Subscriptions whose diagnostic settings were asked in this part of the log.

    Those of master databases are left out: another source asks for them as well.
    """
    paths = [entry["path"].lower() for entry in tenant.log()[since:]]
    paths = [path for path in paths if "/databases/master/" not in path]
    return {path.split("/")[2] for path in paths if "diagnosticsettings" in path}


def test_a_run_killed_again_and_again_completes_with_every_record_once(
    slow_tenant: SimulatorProcess,
    installation: Installation,
    planned: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ports, connection = installation.ports, installation.connection
    slot = ports.now().replace(microsecond=0)
    plan_night(ports, connection, slot, "manual", "test")
    dice = random.Random(27001)
    redone: set[str] = set()
    sealed_at_kill: list[int] = []
    for _ in range(KILLS):
        before = records(installation)
        asked_before = len(slow_tenant.log())
        process = resume(installation)
        wanted = len(before) + dice.randint(1, 8)
        deadline = time.monotonic() + PATIENCE
        while len(records(installation)) < wanted and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()  # SIGKILL; harmless when the run was quicker than the dice
        process.communicate()
        sealed_at_kill.append(len(records(installation)))
        finished = {str(scope) for name, scope in map(key, before) if name.startswith("logging.d")}
        redone |= finished & asked_settings(slow_tenant, asked_before)
    process = resume(installation)
    _, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, said.decode()
    done = Counter(map(key, records(installation)))
    with capsys.disabled():
        sys.stdout.write(
            f"\nkilled {KILLS} times with {sealed_at_kill} records sealed, {len(done)} in the end\n"
        )
    assert set(done.values()) == {1}
    assert len(done) == planned
    assert redone == set()
    assert verify_store(ports).faults == ()


def test_an_index_that_was_lost_is_rebuilt_from_the_store(
    slow_tenant: SimulatorProcess, installation: Installation
) -> None:
    report = installation.collect()
    truth = {(t["subject"].lower(), t["check"]): t["expected"] for t in slow_tenant.truth()}
    before = installation.verdicts(report.slot)

    with installation.ports.store.writer("test"):
        count = reindex(installation.ports)

    after = installation.verdicts(report.slot)
    assert count == report.log_size
    assert after == before
    assert {k: one.status.value for k, one in after.items()} == truth


def test_an_older_night_that_ends_after_a_newer_one_is_folded_in_its_place(
    installation: Installation,
) -> None:
    ports, connection = installation.ports, installation.connection
    older = ports.now().replace(microsecond=0) - timedelta(hours=3)
    waiting = plan_night(ports, connection, older, "scheduled", "test")
    newer = installation.collect()

    late = collect_night(ports, connection, waiting)

    assert late.gaps == 0
    assert installation.verdicts(older).keys() == installation.verdicts(newer.slot).keys()
    first = {one.first_slot for one in installation.verdicts(newer.slot).values()}
    assert first == {older}


def test_an_interrupted_run_is_found_though_the_index_was_lost(
    installation: Installation,
    planned: int,
) -> None:
    ports, connection = installation.ports, installation.connection
    plan_night(ports, connection, ports.now().replace(microsecond=0), "manual", "test")
    process = resume(installation)
    while len(records(installation)) < 5 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    interrupted = records(installation)[0]["run"]
    ports.close()
    for file in installation.home.glob("index.sqlite*"):
        file.unlink()
    process = resume(installation)
    _, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, said.decode()
    done = records(installation)
    assert len(done) == planned
    assert all(one["run"] == interrupted for one in done)
