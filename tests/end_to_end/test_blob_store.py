"""A night kept in a blob container with locked policies, through the real storage client."""

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

import pytest

from app.db.log import events
from app.errors import StoreConflictError
from app.evidence.record import entry_key
from app.services.verifying import verify_store
from app.services.worm import verify_worm
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import SECRET_ENV, Installation, installed

NUMBERS = count()


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(resources=40, quotas="off", as_of=datetime.now(UTC)) as process:
        yield process


@pytest.fixture
def installation(tenant: SimulatorProcess, tmp_path: Path) -> Iterator[Installation]:
    name = f"evidence-{next(NUMBERS)}"
    make_container(tenant, name)
    home = tmp_path / "home"
    home.mkdir()
    (home / "annexa.toml").write_text(
        f"""
organisation = "Northgate Health"

[store]
url = "{tenant.blob_url}/northgate/{name}"
retention_days = 2190
locked = true
cloud = "custom"
cloud_file = "{tenant.cloud_file}"

[store.credential]
kind = "secret_env"
tenant_id = "{tenant.tenant_id}"
client_id = "{tenant.client_id}"
secret_env = "{SECRET_ENV}"
"""
    )
    with installed(home, tenant) as made:
        yield made


def make_container(tenant: SimulatorProcess, name: str) -> None:
    """What infrastructure as code does on Azure: a container with version-level immutability."""
    trust = ssl.create_default_context(cafile=tenant.ca_file)
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trust))
    url = f"{tenant.blob_url}/_sim/containers/northgate/{name}"
    body = json.dumps({"level": "version"}).encode()
    request = Request(url, data=body, method="PUT")  # noqa: S310 - the simulator's https
    opener.open(request, timeout=10).close()


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
