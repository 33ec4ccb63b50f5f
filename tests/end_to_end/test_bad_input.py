"""Everything that goes wrong around a collection: one sentence, and nothing sealed is lost."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.db.rows.runs import nights
from app.evidence.canonical import parse
from app.evidence.record import RECORD_SCHEMA, entry_key
from app.schedule.connection import Connection
from app.services.connections.register import add_connection
from app.services.home.installation import open_ports
from app.services.proof.whole_store import verify_store
from simulator.process import SimulatorProcess
from tests.command_line import ROOT, Said, annexa, command, environment
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, installed, now, secret_env
from tests.patience import PATIENCE

WRONG_SECRET = "not-the-secret-of-this-application"


@dataclass(frozen=True, kw_only=True)
class Night:
    """A home with one collected night, to be spoiled."""

    home: Path
    slot: datetime
    tenant: SimulatorProcess

    def annexa(self, *words: str, **options: object) -> Said:
        env = {
            secret_env(self.tenant): self.tenant.client_secret,
            **(options.pop("env", None) or {}),
        }  # type: ignore[dict-item]
        said = annexa(self.home, *words, env=env, **options)  # type: ignore[arg-type]
        assert "Traceback" not in said.err
        for secret in (self.tenant.client_secret, WRONG_SECRET):
            assert secret not in said.out + said.err
        return said


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(quotas="off", as_of=datetime.now(UTC), resources=60) as process:
        yield process


@pytest.fixture(scope="module")
def collected(
    tenant: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, datetime]:
    """A home with a sealed night, and connections that cannot work."""
    folder = tmp_path_factory.mktemp("collected")
    cloud = tomllib.loads(tenant.cloud_file.read_text())
    with installed(folder / "home", tenant, IMPATIENT) as made:
        report = made.collect()
        good = made.connection
        dead = f"https://127.0.0.1:{free_port()}"
        clouds = {
            "unreachable": {
                key: dead if str(value).startswith(tenant.base_url) else value
                for key, value in cloud.items()
            },
            "stranger": {**cloud, "ca_file": str(folder / "home/trust/root.pem")},
            "gone": cloud,
        }
        for number, (name, plain) in enumerate(clouds.items()):
            file = folder / f"{name}.toml"
            file.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in plain.items()))
            made_of = replace(good, id=fresh(number), name=name, cloud_file=str(file))
            add_connection(made.ports, made_of)
        (folder / "gone.toml").unlink()
        certificate = folder / "expired.pem"
        certificate.write_bytes(expired_certificate())
        add_connection(made.ports, with_certificate(good, certificate))
    return folder / "home", report.slot


@pytest.fixture
def night(
    collected: tuple[Path, datetime], tenant: SimulatorProcess, tmp_path: Path
) -> Iterator[Night]:
    """A copy to spoil. Whatever a test did to it: what was sealed before is still there."""
    home, slot = collected
    shutil.copytree(home, tmp_path / "home")
    made = Night(home=tmp_path / "home", slot=slot, tenant=tenant)
    yield made
    tenant.clear_faults()
    ports = open_ports(made.home, now)
    try:
        assert verify_store(ports).faults == ()
        with ports.database.read() as session:
            found = nights(session, good_id(home), slot, slot)
        assert [one.state for one in found] == ["complete"]
    finally:
        ports.close()


def good_id(home: Path) -> str:
    with sqlite3.connect(home / "index.sqlite") as index:
        (found,) = index.execute("SELECT id FROM connection WHERE name = 'northgate'").fetchone()
    index.close()
    return str(found)


def fresh(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def with_certificate(good: Connection, file: Path) -> Connection:
    reference = {
        "kind": "certificate_file",
        "client_id": good.credential["client_id"],
        "file": str(file),
    }
    return replace(good, id=fresh(99), name="expired", credential=reference)


def expired_certificate() -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "annexa")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=400))
        .not_valid_after(now() - timedelta(days=35))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + made.public_bytes(Encoding.PEM)


CONNECTIONS = {
    "northgat": ("connection_unknown", 3, "annexa connection list"),
    "unreachable": ("unreachable", 3, "check"),
    "stranger": ("untrusted_ca", 3, "ca_file"),
    "expired": ("certificate_expired", 3, "expired"),
    "gone": ("cloud_invalid", 2, "gone.toml"),
}


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_connection_that_cannot_work_is_one_sentence_with_the_next_step(
    name: str, night: Night
) -> None:
    code, exit_code, step = CONNECTIONS[name]
    said = night.annexa("collect", name)
    assert said.code == exit_code
    assert said.sentence.endswith(f"[{code}]")
    assert step in said.sentence
    assert said.out == ""


def test_a_wrong_secret_is_refused_without_showing_it(night: Night) -> None:
    said = night.annexa(
        "--verbose", "collect", "northgate", env={secret_env(night.tenant): WRONG_SECRET}
    )
    assert said.code == 3
    assert said.sentence.endswith("[credential_refused]")
    assert "secret" in said.sentence


def test_a_missing_variable_of_the_secret_is_named(night: Night) -> None:
    said = night.annexa("collect", "northgate", env={secret_env(night.tenant): None})
    assert said.code == 3
    assert said.sentence.endswith("[credential_refused]")
    assert secret_env(night.tenant) in said.sentence


def as_anybody() -> tuple[str, ...]:
    """Root may write anywhere; without these rights it may not, like any other user."""
    drop = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    return drop if os.geteuid() == 0 else ()


def test_an_unwritable_store_says_so(night: Night) -> None:
    store = night.home / "store"
    places = [store, *(path for path in store.rglob("*") if path.is_dir())]
    modes = {place: place.stat().st_mode for place in [*places, store / ".writer.lock"]}
    for place in modes:
        place.chmod(0o500 if place.is_dir() else 0o400)
    try:
        said = night.annexa("collect", "northgate", prefix=as_anybody())
    finally:
        for place, mode in modes.items():
            place.chmod(mode)
    assert said.code == 3
    assert said.sentence.endswith("[unavailable]")
    assert "cannot be written" in said.sentence


def largest_page(home: Path) -> int:
    return max(path.stat().st_size for path in (home / "store/raw").rglob("*") if path.is_file())


def test_a_full_disk_loses_nothing_sealed_and_the_night_is_collected_once(night: Night) -> None:
    before = sealed(night.home)
    night.tenant.set_night(1, now())  # other pages than those the store has
    full = night.annexa("collect", "northgate", largest_file=largest_page(night.home) - 1)
    night.tenant.set_night(1, now())
    resumed = night.annexa("collect", "--resume", "--json")
    again = night.annexa("collect", "--resume", "--json")

    assert (full.code, resumed.code, again.code) == (3, 0, 0)
    assert full.sentence.endswith("[unavailable]")
    assert "full" in full.sentence
    assert "free some space" in full.sentence
    assert json.loads(again.out) == []
    # Either the store was full and the run was resumed, or only the index was and it caught up.
    records = sealed(night.home) - before
    assert set(records.values()) == {1}
    assert len({run for run, _, _ in records}) == 1
    assert {key[1:] for key in records} == {key[1:] for key in before}


def sealed(home: Path) -> Counter[tuple[str, str, str]]:
    """How often each (run, collector, scope) is in the log."""
    ports = open_ports(home, now)
    try:
        entries = [parse(ports.store.get(entry_key(n))) for n in range(ports.open_log().size)]
    finally:
        ports.close()
    return Counter(
        (
            one["run"]["run_id"],
            one["what"]["collector"],
            one["what"]["scope"]["subscription_id"] or "tenant",
        )
        for one in entries
        if one["schema"] == RECORD_SCHEMA
    )


def test_a_database_of_a_newer_schema_is_refused_and_a_new_index_can_be_made(night: Night) -> None:
    index = night.home / "index.sqlite"
    kept = index.read_bytes()
    spoil(index, "UPDATE alembic_version SET version_num = '2031_01_01_0000'")

    for words in (("status",), ("collect", "northgate"), ("reindex",)):
        said = night.annexa(*words)
        assert said.code == 3
        assert said.sentence.endswith("[schema_newer]")
        assert "annexa reindex" in said.sentence
    made = night.annexa("reindex", env={"ANNEXA_DATABASE": "fresh.sqlite"})
    assert made.code == 0
    index.write_bytes((night.home / "fresh.sqlite").read_bytes())
    assert index.read_bytes() != kept


def test_an_index_without_its_triggers_is_refused_until_it_is_rebuilt(night: Night) -> None:
    spoil(night.home / "index.sqlite", "DROP TRIGGER record_no_delete")
    said = night.annexa("status")
    assert said.code == 3
    assert said.sentence.endswith("[index_unguarded]")
    assert night.annexa("reindex").code == 0
    assert night.annexa("status").code == 0


def spoil(index: Path, statement: str) -> None:
    with sqlite3.connect(index) as opened:
        opened.execute(statement)
    opened.close()


def wait_until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_a_second_annexa_on_the_same_store_is_refused_and_leaves_no_run(night: Night) -> None:
    night.tenant.post_faults({"path": "blobservices", "kind": "delay", "delay_ms": 2500})
    env = environment({secret_env(night.tenant): night.tenant.client_secret})
    lock = night.home / "store/.writer.lock"
    before = lock.read_text()
    with subprocess.Popen(
        command(night.home, "collect", "northgate", "--json"),
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as first:
        wait_until(lambda: lock.read_text() != before, "the first annexa never began")
        second = night.annexa("collect", "northgate")
        out, _ = first.communicate(timeout=PATIENCE)

    assert second.code == 3
    assert second.sentence.endswith("[writer_busy]")
    assert str(first.pid) in second.sentence
    assert first.returncode == 0
    (report,) = json.loads(out)
    assert report["gaps"] == 0
    ports = open_ports(night.home, now)
    try:
        with ports.database.read() as session:
            found = nights(session, good_id(night.home), night.slot, now())
    finally:
        ports.close()
    assert [one.state for one in found] == ["complete", "complete"]


def test_a_home_that_is_not_initialised_is_told_how(night: Night, tmp_path: Path) -> None:
    del night
    said = annexa(tmp_path / "nothing here", "status")
    assert said.code == 2
    assert said.sentence.endswith("[not_initialised]")
    assert "init" in said.sentence
    assert not (tmp_path / "nothing here").exists()


BROKEN = {
    "schedule = \n": "is not TOML",
    "scheduel = '0 2 * * *'\n": "scheduel",
    "concurrency = 'many'\n": "concurrency",
}


@pytest.mark.parametrize("line", BROKEN)
def test_broken_settings_are_refused_and_the_place_is_named(line: str, night: Night) -> None:
    file = night.home / "annexa.toml"
    kept = file.read_text()
    file.write_text(line + kept)
    said = night.annexa("status")
    file.write_text(kept)
    assert said.code == 2
    assert said.sentence.endswith("[settings_invalid]")
    assert BROKEN[line] in said.sentence
    assert str(file) in said.sentence


def test_keys_that_others_can_read_are_refused_with_the_remedy(night: Night) -> None:
    key = night.home / "trust/log.key.pem"
    key.chmod(0o644)
    said = night.annexa("status")
    key.chmod(0o600)
    assert said.code == 2
    assert "chmod" in said.sentence
    assert str(key) in said.sentence


def test_verify_says_verified_after_all_that(night: Night) -> None:
    said = night.annexa("verify")
    assert said.code == 0
    assert "VERIFIED" in said.out
    assert said.err == ""
