"""A host whose clock ran ahead, with real processes: nothing is lost, and the log says what was."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from simulator.process import SimulatorProcess
from tests.command_line import ROOT, Said, annexa, environment
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, now, secret_env
from tests.patience import PATIENCE

YEARS, A_DAY = timedelta(days=3 * 365), timedelta(days=1)
Run = Callable[..., Said]


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(subscriptions=1, resources=12, quotas="off", as_of=now()) as process:
        yield process


@pytest.fixture
def home(tenant: SimulatorProcess, tmp_path: Path) -> Path:
    made = tmp_path / "home"
    assert annexa(made, "init", "--organisation", "Northgate Health").code == 0
    with (made / "annexa.toml").open("a", encoding="utf-8") as settings:
        settings.write(IMPATIENT)
    added = annexa(
        made,
        *("connection", "add", "northgate", "--tenant", tenant.tenant_id),
        *("--client-id", tenant.client_id, "--client-secret-env", secret_env(tenant)),
        *("--cloud", "custom", "--cloud-file", tenant.cloud_file, "--schedule", "0 2 * * *"),
        env=secret(tenant),
    )
    assert added.code == 0, added.err
    return made


def secret(tenant: SimulatorProcess) -> dict[str, str | None]:
    return {secret_env(tenant): tenant.client_secret}


def ahead(home: Path, tenant: SimulatorProcess, by: timedelta, *words: str) -> list[str]:
    del tenant
    shim = str(Path(__file__).with_name("at_another_time.py"))
    return [sys.executable, shim, str(by.total_seconds()), "--home", str(home), *words]


def said(home: Path, tenant: SimulatorProcess, by: timedelta, *words: str) -> Said:
    done = subprocess.run(
        ahead(home, tenant, by, *words),
        cwd=ROOT,
        env=environment(secret(tenant)),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)


def entries(home: Path) -> int:
    return sum(1 for _ in (home / "store" / "entry").rglob("*.json"))


def test_a_schedule_that_looks_once_years_ahead_seals_nothing(
    home: Path, tenant: SimulatorProcess
) -> None:
    before = entries(home)
    process = subprocess.Popen(
        ahead(home, tenant, YEARS, "serve", "--port", "0"),
        cwd=ROOT,
        env=environment(secret(tenant)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    patience = threading.Timer(PATIENCE, process.kill)
    patience.start()
    try:
        assert process.stderr is not None
        assert any("clock_ahead" in line for line in process.stderr), "it never looked"
    finally:
        patience.cancel()
        process.kill()
        process.communicate()
    assert entries(home) == before
    collected = annexa(home, "collect", "northgate", env=secret(tenant))
    assert collected.code == 0, collected.err
    assert annexa(home, "verify").code == 0


def test_a_day_ahead_and_set_right_is_told_and_verifies_again(
    home: Path, tenant: SimulatorProcess
) -> None:
    refused = said(home, tenant, A_DAY, "collect", "northgate")
    assert refused.code == 3
    assert "[clock_wrong]" in refused.err
    assert said(home, tenant, A_DAY, "token", "create", "auditor").code == 0
    assert annexa(home, "token", "create", "another").code == 0
    broken = annexa(home, "verify")
    assert broken.code == 5
    assert "record_backdated" in broken.out
    why = annexa(home, "time", "correct", "--why", "the host's clock was a day ahead")
    assert why.code == 0, why.err
    verified = annexa(home, "verify")
    assert verified.code == 0, verified.out
    assert "the host's clock was a day ahead" in verified.out + verified.err
    assert annexa(home, "collect", "northgate", env=secret(tenant)).code == 0
