"""A home of commit caa3bc1 is opened, verified, re-performed with its own rules, and continued."""

import os
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db.runs import runs
from app.services.indexing import reindex
from app.services.nights import collect_now
from app.services.ports import Ports, open_ports
from app.services.registering import find_connection
from app.services.reperforming import reperform_run
from app.services.verifying import verify_store
from tests.conftest import StartSimulator
from tests.installation import secret_env

HOME = Path(__file__).with_name("home-caa3bc1.tar.xz")
RULES = "eab39d671ca6bb99fb351ccf2959289976382527a61bf36fed4c904462dc664d"
ENTRIES = 148
VERDICTS = [887, 900, 902, 906]
"""Of the four nights that were collected; the fifth was missed."""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Ports]:
    with tarfile.open(HOME) as archive:
        archive.extractall(tmp_path, filter="data")
    (tmp_path / "trust").chmod(0o700)
    with closing(open_ports(tmp_path, now, rebuild=True)) as ports:
        assert reindex(ports) == ENTRIES
        yield ports


def complete_runs(ports: Ports) -> list[str]:
    with ports.database.read() as session:
        found = [run for run in runs(session) if run.state.startswith("complete")]
    return [run.id for run in sorted(found, key=lambda run: run.slot)]


def test_it_verifies_and_each_night_follows_from_its_pages_by_the_rules_sealed_then(
    home: Ports,
) -> None:
    assert not verify_store(home).faults

    again = [reperform_run(home, run_id) for run_id in complete_runs(home)]

    assert [one.differences for one in again] == [[], [], [], []]
    assert [one.rules_sha256 for one in again] == [[RULES]] * 4
    assert [one.verdicts.done for one in again] == VERDICTS
    assert [one.verdicts.equal for one in again] == VERDICTS


def test_its_connection_goes_on_collecting(home: Ports, start_simulator: StartSimulator) -> None:
    stored = find_connection(home, "northgate")
    with start_simulator(resources=60, subscriptions=2, quotas="off", as_of=now()) as tenant:
        variable = secret_env(tenant)
        os.environ[variable] = tenant.client_secret
        moved = replace(
            stored,
            tenant_id=tenant.tenant_id,
            cloud_file=str(tenant.cloud_file),
            credential={**stored.credential, "secret_env": variable},
        )
        report = collect_now(home, moved, now().replace(microsecond=0), "test")

    assert report.records
    assert not verify_store(home).faults
    assert len(complete_runs(home)) == 5
    assert not reperform_run(home, report.run_id).differences
