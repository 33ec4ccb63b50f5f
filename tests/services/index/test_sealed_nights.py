"""What is printed and what is verified comes from the sealed log, whatever somebody made of SQL."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.controls.ground import Facts
from app.db.engine.append_only import GUARDED, guard_statements
from app.db.rows.evidence import gaps, records, removals
from app.db.rows.runs import nights
from app.db.rows.verdicts import intervals, night_counts
from app.errors import RefusedError
from app.packs.view.facts import Engagement
from app.services.access.tokens import create_token, list_tokens
from app.services.connections.register import find_connection
from app.services.home.installation import Ports, open_ports
from app.services.index.catch_up import keep_up, reindex
from app.services.index.sealed_nights import sealed_nights
from app.services.nights.night import plan_night
from app.services.packing.pack import issue_pack
from app.services.proof.whole_store import verify_store
from app.services.reading.evidence import find_run
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import Installation, installed, now

DENIED = {"path": "blobservices", "status": 403, "code": "AuthorizationFailed"}
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
ALTERATIONS = (
    "UPDATE verdict_interval SET status = 'pass', reason = 'as expected' WHERE status <> 'pass'",
    "UPDATE night_count SET passed = passed + failed + unknown, failed = 0, unknown = 0",
    "DELETE FROM gap",
    "DELETE FROM record WHERE outcome <> 'collected'",
    "DELETE FROM event WHERE kind = 'run_failed'",
)


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(quotas="off", as_of=datetime.now(UTC)) as process:
        process.post_faults(DENIED)
        yield process


@pytest.fixture(scope="module")
def installation(
    tenant: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("sealed") / "home", tenant) as made:
        made.collect()
        made.collect()
        yield made


@pytest.fixture
def altered(installation: Installation, tmp_path: Path) -> Iterator[Ports]:
    """The same home with an index that somebody with its password made all green."""
    home = tmp_path / "home"
    shutil.copytree(installation.home, home)
    alter(home, *ALTERATIONS)
    with closing(open_ports(home, now)) as ports:
        yield ports


def alter(home: Path, *statements: str) -> None:
    """As the owner of the database can: without the triggers, and with them again afterwards."""
    with closing(sqlite3.connect(home / "index.sqlite", isolation_level=None)) as index:
        triggers = index.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            index.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            index.execute(statement)
        for statement in guard_statements("sqlite", GUARDED):
            index.execute(statement)


def indexed(ports: Ports, connection_id: str) -> Facts:
    with ports.database.read() as session:
        return Facts(
            nights=nights(session, connection_id, FIRST, LAST),
            counts=night_counts(session, connection_id, None, FIRST, LAST),
            intervals=intervals(session, connection_id, None, FIRST, LAST),
            gaps=gaps(session, connection_id, FIRST, LAST),
            records=records(session, connection_id, FIRST, LAST),
            removals=removals(session, connection_id, FIRST, LAST),
        )


def sealed(ports: Ports, connection_id: str) -> Facts:
    return sealed_nights(ports.store, ports.open_log().entries())[connection_id].facts(FIRST, LAST)


def this_month() -> Engagement:
    today = now().date()
    return Engagement(
        name="Audit",
        auditor="Auditor",
        scope="All",
        first=today - timedelta(days=30),
        last=today,
    )


def assessed(bundle: Path) -> dict[str, Any]:
    with zipfile.ZipFile(bundle) as opened:
        found: dict[str, Any] = json.loads(opened.read("assessments.json"))
    return found


def test_the_sealed_entries_say_what_an_index_says_that_nobody_altered(
    installation: Installation,
) -> None:
    connection_id = installation.connection.id
    told = sealed(installation.ports, connection_id)
    assert told == indexed(installation.ports, connection_id)
    assert len(told.nights) == 2
    assert {one.status.value for one in told.intervals} == {"pass", "fail", "unknown"}
    assert told.gaps


def test_a_pack_says_what_was_sealed_whatever_the_index_was_made_to_say(altered: Ports) -> None:
    connection = find_connection(altered, None)
    assert all(one.status.value == "pass" for one in indexed(altered, connection.id).intervals)
    issued = issue_pack(altered, connection, this_month())
    truth = sealed(altered, connection.id)
    found = assessed(issued.bundle)["controls"]
    assert issued.records == len(truth.records)
    assert sum(control["open_deviations"] for control in found) > 0
    assert any(control["incomplete"] for control in found)
    failed = {check["id"]: check["failed"] for control in found for check in control["checks"]}
    last = {one.check_id: one.failed for one in truth.counts if one.slot == truth.nights[-1].slot}
    assert {check: number for check, number in failed.items() if number} == {
        check: number for check, number in last.items() if number
    }


def test_verification_names_each_row_of_the_index_that_says_something_else(altered: Ports) -> None:
    found = verify_store(altered).faults
    assert {fault.code for fault in found} == {"index_altered"}
    tables = {fault.object.partition(":")[0] for fault in found}
    assert tables >= {"index/night_count", "index/verdict_interval", "index/gap", "index/record"}


def test_an_index_that_nobody_altered_is_verified(installation: Installation) -> None:
    assert verify_store(installation.ports).faults == ()


def test_a_lost_index_comes_back_without_the_writers_lock(
    installation: Installation, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(installation.home, home)
    with closing(open_ports(home, now)) as ports:
        create_token(ports, "reader", ("runs:read",), None)
        before = indexed(ports, installation.connection.id)
    for file in home.glob("index.sqlite*"):
        file.unlink()
    with closing(open_ports(home, now)) as ports, ports.store.writer("somebody else"):
        assert keep_up(ports) == ports.open_log().size
        assert keep_up(ports) == 0
        assert find_connection(ports, None) == installation.connection
        assert indexed(ports, installation.connection.id) == before
        assert [token.name for token in list_tokens(ports)] == ["reader"]
        assert verify_store(ports).faults == ()


def test_a_planned_run_outlives_a_reindex(installation: Installation, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(installation.home, home)
    with closing(open_ports(home, now)) as ports:
        slot = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
        planned = plan_night(ports, installation.connection, slot, "manual", "test")
        reindex(ports)
        assert find_run(ports, planned).state == "planned"
        assert verify_store(ports).faults == ()


def test_a_connection_that_was_changed_in_the_index_gets_no_pack(
    installation: Installation, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(installation.home, home)
    alter(home, """UPDATE connection SET detail = replace(detail, '"cloud": "', '"cloud": "un')""")
    with closing(open_ports(home, now)) as ports, pytest.raises(RefusedError) as refused:
        issue_pack(ports, find_connection(ports, None), this_month())
    assert refused.value.kind == "index_altered"
