"""The index says what the log says, however it came to be."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.db.rows.evidence import records
from app.evidence.canonical import parse
from app.evidence.observed import SealedRecord
from app.evidence.record import entry_key
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import Installation, installed


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(quotas="off", as_of=datetime.now(UTC)) as process:
        yield process


@pytest.fixture(scope="module")
def night(
    tenant: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("indexing") / "home", tenant) as made:
        made.collect()
        yield made


def indexed(night: Installation) -> list[SealedRecord]:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    with night.ports.database.read() as session:
        return records(session, night.connection.id, first, last)


def test_a_night_counts_the_rows_that_azure_announced_once_not_once_a_subscription(
    night: Installation,
) -> None:
    inventory = [one for one in indexed(night) if one.collector_id == "inventory.resources"]
    tenant_wide = next(one for one in inventory if one.scope == "tenant")
    sealed = parse(night.ports.store.get(entry_key(tenant_wide.seq)))
    announced = sealed["completeness"]["resources"]["announced"]
    assert len(inventory) > 2
    assert announced > 0
    assert sum(one.announced or 0 for one in inventory) == announced
    assert sum(one.seen or 0 for one in inventory) == announced
