"""A night kept in a blob container with locked policies, through the real storage client."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobClient, ImmutabilityPolicy

from app.db.rows.log import events
from app.errors import StoreConflictError
from app.evidence.canonical import parse
from app.evidence.events.protection_events import WormVerified
from app.evidence.events.run_events import Stored
from app.evidence.record import derived_key, entry_key, utc
from app.packs.view.facts import Engagement
from app.services.home.installation import open_ports
from app.services.log.checkpoints import checkpoint_key
from app.services.packing.pack import issue_pack
from app.services.proof.whole_store import verify_store
from app.services.protection.guarantee import store_guarantee
from app.services.protection.holds import lock_store
from app.services.protection.worm_trial import verify_worm
from app.store.azure.blob import AzureBlobStore
from simulator.process import SimulatorProcess
from tests.command_line import annexa
from tests.conftest import StartSimulator
from tests.containers import in_a_container
from tests.installation import Installation, now


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
        (logged,) = events(session, WormVerified)
    assert logged.fact == report.fact
    assert verify_store(installation.ports).faults == ()


def test_every_write_of_a_night_is_logged_as_it_was_read_back(installation: Installation) -> None:
    installation.collect()
    installation.collect()

    store = installation.ports.store
    with installation.ports.database.read() as session:
        first, second = [one.event.detail for one in events(session, Stored)]
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


def test_what_an_ended_process_left_behind_is_read_back_by_the_next(
    installation: Installation,
) -> None:
    first = installation.collect()
    with reopened(installation) as later:
        later.collect()

    store = installation.ports.store
    (_, second) = stored(installation)
    listed = {
        key
        for listing in second["listings"]
        for key in parse(store.get(derived_key(listing["sha256"])))
    }
    assert entry_key(first.log_size - 1) in listed
    assert checkpoint_key(first.log_size) in listed
    assert verify_store(installation.ports).faults == ()


def test_an_object_without_a_policy_is_never_claimed_as_immutable(
    installation: Installation,
) -> None:
    locked = store_guarantee(installation.ports)
    assert locked.write_once
    assert "(immutable, locked)" in locked.label
    with reopened(installation, retention_days="") as careless:
        careless.collect()
    installation.collect()

    found = store_guarantee(installation.ports)

    assert not found.write_once
    assert "not all objects immutable" in found.label
    assert "was written with: without a policy." in found.detail

    lock_store(installation.ports, lambda container: container)

    assert store_guarantee(installation.ports).write_once
    assert verify_store(installation.ports).faults == ()


def secret() -> dict[str, str | None]:
    return {k: v for k, v in os.environ.items() if k.startswith("ANNEXA_TEST_CLIENT_SECRET")}


def stored(installation: Installation) -> list[dict[str, Any]]:
    with installation.ports.database.read() as session:
        return [dict(one.event.detail) for one in events(session, Stored)]


@contextmanager
def reopened(installation: Installation, **settings: str) -> Iterator[Installation]:
    """The same home in a new process's place, with other settings of the store."""
    file = installation.home / "annexa.toml"
    before = file.read_text()
    changed = before
    for name in settings:
        changed = re.sub(rf"^{name} = .*$", "", changed, flags=re.MULTILINE)
    file.write_text(changed)
    ports = open_ports(installation.home, now)
    file.write_text(before)
    try:
        yield replace(installation, ports=ports)
    finally:
        ports.close()


def test_every_command_of_protection_on_a_real_container(installation: Installation) -> None:
    installation.collect()
    home, today = installation.home, datetime.now(UTC).date().isoformat()
    days = ("--from", today, "--to", today)

    assert annexa(home, "verify-worm", env=secret()).code == 0
    said = annexa(home, "hold", "set", "ISO 2026", *days, env=secret())
    assert "objects are held for ISO 2026" in said.out, said.err
    assert "ISO 2026" in annexa(home, "hold", "list", env=secret()).out
    assert "0 stay held for others" in annexa(home, "hold", "clear", "ISO 2026", env=secret()).out
    longer = annexa(home, "retention", "extend", *days, "--years", "9", env=secret())
    assert "are kept until" in longer.out, longer.err
    shorter = annexa(home, "retention", "extend", *days, env=secret())
    assert (shorter.code, "retention_longer" in shorter.sentence) == (3, True)
    nobody = annexa(home, "worm", "lock", env=secret())
    assert (nobody.code, "nobody is there to type" in nobody.sentence) == (2, True)
    option = "--i-understand-that-this-can-never-be-undone"
    wrong = annexa(home, "worm", "lock", option, "yes", env=secret())
    assert (wrong.code, "not_confirmed" in wrong.sentence) == (3, True)
    container = installation.ports.settings.store.url.rpartition("/")[2]
    assert "objects are locked" in annexa(home, "worm", "lock", option, container, env=secret()).out
    status = annexa(home, "status", env=secret())
    assert "evidence read back is locked until" in status.out, status.err
    assert "Put to the test on" in status.out
    assert annexa(home, "verify", env=secret()).code == 0


def test_the_pack_repeats_what_the_store_guarantees(installation: Installation) -> None:
    installation.collect()
    verify_worm(installation.ports)
    installation.collect()
    today = datetime.now(UTC).date()

    issued = issue_pack(
        installation.ports,
        installation.connection,
        Engagement(
            name="ISO 2026",
            auditor="A. Auditor",
            scope="all",
            first=today - timedelta(days=1),
            last=today + timedelta(days=1),
        ),
    )

    told = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", str(issued.pdf), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    text = " ".join(told.split())
    assert "Azure Blob Storage (immutable, locked)" in text
    assert "evidence read back is locked until" in text
    assert "Put to the test on" in text
    assert "Store: tamper-evident only" not in text
