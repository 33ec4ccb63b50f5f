"""A night kept in a blob container with locked policies, through the real storage client."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import BlobClient, ImmutabilityPolicy

from app.db.log import events
from app.errors import StoreConflictError
from app.evidence.canonical import parse
from app.evidence.record import derived_key, entry_key, utc
from app.services.verifying import verify_store
from app.services.worm import verify_worm
from app.store.azure_blob import AzureBlobStore
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.containers import in_a_container
from tests.installation import Installation


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(resources=40, quotas="off", as_of=datetime.now(UTC)) as process:
        yield process


@pytest.fixture
def installation(tenant: SimulatorProcess, tmp_path: Path) -> Iterator[Installation]:
    with in_a_container(tenant, tmp_path / "home", locked=True) as made:
        yield made


@pytest.fixture
def unlocked(tenant: SimulatorProcess, tmp_path: Path) -> Iterator[Installation]:
    with in_a_container(tenant, tmp_path / "home", locked=False) as made:
        yield made


def test_a_night_in_a_blob_container_is_locked_and_verifies(installation: Installation) -> None:
    report = installation.collect()

    store = installation.ports.store
    protection = store.protection(entry_key(0))
    assert report.gaps == 0
    assert protection.mode == "locked"
    assert protection.until is not None
    assert protection.until > installation.ports.now()
    assert protection.version_id
    assert "tamper-evident only" not in store.label
    assert verify_store(installation.ports).faults == ()
    with pytest.raises(StoreConflictError):
        store.put_once(entry_key(0), b"something else")


def test_verify_worm_proves_the_container_and_the_log_keeps_the_answers(
    installation: Installation,
) -> None:
    report = verify_worm(installation.ports)

    assert report.immutable
    assert report.protected_by == "policy"
    with installation.ports.database.read() as session:
        (logged,) = events(session, "worm_verified")
    assert logged.event.detail == report.detail()
    assert verify_store(installation.ports).faults == ()


def test_every_write_of_a_night_is_logged_as_it_was_read_back(installation: Installation) -> None:
    installation.collect()
    installation.collect()

    store = installation.ports.store
    with installation.ports.database.read() as session:
        first, second = [one.event.detail for one in events(session, "stored")]
        record = next(e for e in range(50) if b"urn:annexa:record" in store.get(entry_key(e)))
    assert first["weakest"]["mode"] == "locked"
    assert second["previous"] is not None
    listed = {}
    for detail in (first, second):
        for listing in detail["listings"]:
            listed |= parse(store.get(derived_key(listing["sha256"])))
    kinds = {key.split("/")[0] for key in listed}
    assert {"raw", "derived", "entry", "tile", "checkpoint"} <= kinds
    for key in (entry_key(0), entry_key(record)):
        now = store.protection(key)
        assert now.until is not None
        assert listed[key] == {
            "mode": "locked",
            "until": utc(now.until),
            "version_id": now.version_id,
            "etag": now.etag,
            "legal_hold": False,
        }
    assert verify_store(installation.ports).faults == ()


def test_what_lost_its_protection_or_was_written_over_is_named(unlocked: Installation) -> None:
    unlocked.collect()
    store = unlocked.ports.store
    assert isinstance(store, AzureBlobStore)
    assert verify_store(unlocked.ports).faults == ()
    raw = list(store.list("raw/"))
    stripped, shortened, changed, deleted, held = raw[:5]

    def blob(key: str) -> BlobClient:
        return store.container.get_blob_client(key)

    blob(stripped).delete_immutability_policy()
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    blob(shortened).set_immutability_policy(
        ImmutabilityPolicy(expiry_time=until, policy_mode="Unlocked")
    )
    blob(changed).upload_blob(store.get(changed), overwrite=True)
    blob(deleted).delete_blob()
    blob(held).set_legal_hold(True)

    faults = {fault.object: fault.reason for fault in verify_store(unlocked.ports).faults}

    assert sorted(faults) == sorted([stripped, shortened, changed, deleted])
    assert "weakened from unlocked until 20" in faults[stripped]
    assert faults[stripped].endswith("to none")
    assert f"to unlocked until {until:%Y-%m-%d}" in faults[shortened]
    assert "another version stands under this key" in faults[changed]
    assert "the store no longer lists it" in faults[deleted]
