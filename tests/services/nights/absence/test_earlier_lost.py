"""Objects of an earlier night that are gone from the store make nothing else vanish."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db.rows.evidence import run_records
from app.evidence.canonical import parse
from app.evidence.record import derived_key, entry_key, raw_key
from app.services.nights.absence.earlier import Earlier
from app.services.nights.one_record import Job
from collectors.kit import TENANT
from collectors.kit.catalogue.registry import collector_by_id
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, Installation, installed

DISKS = Job(collector=collector_by_id("compute.disks"), scope=TENANT)


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(
        quotas="off", resources=40, subscriptions=1, as_of=datetime.now(UTC)
    ) as process:
        yield process


@pytest.fixture
def house(tenant: SimulatorProcess, tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path / "home", tenant, IMPATIENT) as made:
        yield made


def _objects(house: Installation) -> tuple[Path, Path]:
    """Page and verdicts of the one night's record of disks."""
    run_id = house.collect().run_id
    with house.ports.database.read() as session:
        found = run_records(session, run_id)
    (seq,) = [o.record.seq for o in found if (o.record.scope, o.record.collector_id) == DISKS.key]
    record = parse(house.ports.store.get(entry_key(seq)))
    (page,) = [one["raw_sha256"] for one in record["source"] if one["read"] == "disks"]
    store = house.home / "store"
    return store / raw_key(page), store / derived_key(record["verdicts"]["sha256"])


def _missing(house: Installation) -> dict[str, frozenset[str] | None]:
    found = Earlier(house.ports, house.connection.id, "no run").missing(DISKS, {}, ())
    return {one.id: None if one.checks is None else frozenset(one.checks) for one in found}


def test_without_its_page_whatever_was_judged_is_missing_all_the_same(house: Installation) -> None:
    page, _ = _objects(house)
    whole = _missing(house)
    page.unlink()
    assert whole
    assert _missing(house) == whole


def test_without_its_verdicts_any_check_might_have_answered(house: Installation) -> None:
    _, verdicts = _objects(house)
    whole = _missing(house)
    verdicts.unlink()
    assert all(whole.values())
    assert _missing(house) == dict.fromkeys(whole)
