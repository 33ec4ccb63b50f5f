"""Records of a night are prepared for redaction, also of one that was interrupted."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from app.errors import UnavailableError
from app.evidence.canonical import parse, sha256
from app.evidence.events.run_events import RunCompleted
from app.evidence.record import RECORD_SCHEMA, derived_key, entry_key, raw_key
from app.services.home.installation import Ports
from app.services.nights.night import collect_night, plan_night
from app.services.proof.whole_store import verify_store
from app.trust.keys.durable_files import SALT_KEY
from app.trust.keys.salt_key import read_salts
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import Installation, installed, now
from tests.services.full_disk import FullDisk

SOURCES = ("inventory.resources", "keys.vaults", "inventory.management_groups")


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(resources=20, subscriptions=1, quotas="off", as_of=now()) as process:
        yield process


@pytest.fixture
def home(tmp_path: Path, tenant: SimulatorProcess) -> Iterator[Installation]:
    with installed(tmp_path / "home", tenant) as made:
        few = tuple(one for one in made.ports.collectors if one.id in SOURCES)
        yield replace(made, ports=replace(made.ports, collectors=few))


def entries(ports: Ports) -> list[dict[str, Any]]:
    return [parse(data) for _, data in ports.open_log().entries()]


def of_kind(ports: Ports, kind: str) -> list[dict[str, Any]]:
    return [one["detail"] for one in entries(ports) if one.get("kind") == kind]


def records(ports: Ports) -> list[dict[str, Any]]:
    return [one for one in entries(ports) if one["schema"] == RECORD_SCHEMA]


def test_each_record_and_page_of_a_night_is_committed_to(home: Installation) -> None:
    home.collect()
    ports, found = home.ports, records(home.ports)
    salts = read_salts(home.home / "trust")
    assert salts is not None
    assert found

    (end,) = of_kind(ports, RunCompleted.KIND)
    assert set(end["committed"]) == {str(one["seq"]) for one in found}
    for one in found:
        sealed = ports.store.get(entry_key(one["seq"]))
        assert end["committed"][str(one["seq"])] == salts.committed(sealed)
        assert one["salt_key"] == salts.key_id
        for page in one["source"]:
            body = ports.store.get(raw_key(page["raw_sha256"]))
            assert page["committed"] == salts.committed(body)
        for part in ("verdicts", "expectations"):
            document = ports.store.get(derived_key(one[part]["sha256"]))
            assert one[part]["committed"] == salts.committed(document)
    assert len({one["nonce"] for one in found}) == len(found)
    assert not verify_store(ports).faults


def test_nothing_in_the_store_is_a_salt_or_the_secret(home: Installation) -> None:
    home.collect()
    salts = read_salts(home.home / "trust")
    assert salts is not None
    everything = b"".join(home.ports.store.get(key) for key in home.ports.store.list(""))
    told = everything.decode("latin-1")

    assert salts.key not in everything
    assert salts.key.hex() not in told
    for one in records(home.ports):
        drawn = salts.of(sha256(home.ports.store.get(entry_key(one["seq"]))))
        for salt in islice(drawn, 5):
            assert salt not in everything
            assert salt.hex() not in told


def test_an_interrupted_night_commits_to_what_earlier_attempts_sealed(
    home: Installation,
) -> None:
    ports = home.ports
    run_id = plan_night(ports, home.connection, now().replace(microsecond=0), "manual", "test")
    failing = replace(ports, store=FullDisk(ports.store, ports.open_log().size + 2))
    with pytest.raises(UnavailableError):
        collect_night(failing, home.connection, run_id)
    before = len(records(ports))
    report = collect_night(ports, home.connection, run_id)

    (end,) = of_kind(ports, RunCompleted.KIND)
    assert 0 < before == report.resumed < report.records
    assert set(end["committed"]) == {str(one["seq"]) for one in records(ports)}
    assert not verify_store(ports).faults


def test_a_home_of_before_gets_its_secret_with_the_next_night(home: Installation) -> None:
    secret = home.home / "trust" / SALT_KEY
    secret.unlink()
    verify_store(home.ports)
    assert not secret.exists()

    home.collect()
    assert secret.exists()
    assert all("committed" in one["verdicts"] for one in records(home.ports))


def test_another_secret_is_told_and_nothing_is_found_wrong(home: Installation) -> None:
    home.collect()
    (home.home / "trust" / SALT_KEY).write_bytes(bytes(32))
    found = verify_store(home.ports)

    assert not found.faults
    assert any("another secret" in note for note in found.notes)
