"""One installation with a collected night and an issued pack, made once and served in-process."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.api.application import create_app
from app.db.rows.evidence import records
from app.evidence.observed import SealedRecord
from app.packs.view.facts import Engagement
from app.services.access.tokens import SCOPES, create_token, revoke
from app.services.home.installation import Ports, open_ports
from app.services.nights.attempt import NightReport
from app.services.packing.pack import IssuedPack, issue_pack
from tests.conftest import StartSimulator
from tests.installation import Installation, installed, now


@dataclass(frozen=True, kw_only=True)
class Served:
    """What the tests of the API stand on."""

    installation: Installation
    night: NightReport
    pack: IssuedPack
    records: tuple[SealedRecord, ...]
    tokens: dict[str, str]
    """Secrets by what they may do: `all`, each scope, `revoked`."""

    @property
    def home(self) -> Path:
        return self.installation.home

    @property
    def ports(self) -> Ports:
        return self.installation.ports

    def record(self, collector: str) -> SealedRecord:
        return next(r for r in self.records if r.collector_id == collector)


Open = Callable[..., TestClient]


@pytest.fixture(scope="session")
def served(
    start_simulator: StartSimulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("api") / "home"
    with (
        start_simulator(seed=7, subscriptions=1, resources=30, quotas="off", as_of=now()) as tenant,
        installed(home, tenant) as made,
    ):
        night = made.collect()
        pack = issue_pack(made.ports, made.connection, _engagement(night.slot))
        yield Served(
            installation=made,
            night=night,
            pack=pack,
            records=_records(made, night.slot),
            tokens=_tokens(made.ports),
        )


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[TestClient]:
    """Holds a token of every scope."""
    with TestClient(create_app(served.ports), raise_server_exceptions=False) as opened:
        opened.headers["Authorization"] = f"Bearer {served.tokens['all']}"
        yield opened


@pytest.fixture
def stranger(client: TestClient) -> TestClient:
    """The same application, asked without a token."""
    return TestClient(client.app, raise_server_exceptions=False)


@pytest.fixture
def copied(served: Served, tmp_path: Path) -> Iterator[tuple[TestClient, Path]]:
    """A copy of the home to do damage to, and a client of it."""
    home = tmp_path / "home"
    # Opening and closing a database file would drop the locks that SQLite holds on it in this
    # process (sqlite.org/howtocorrupt.html, section 2.2): SQLite itself has to copy it.
    shutil.copytree(served.home, home, ignore=shutil.ignore_patterns("index.sqlite*"))
    with (
        closing(sqlite3.connect(served.home / "index.sqlite")) as source,
        closing(sqlite3.connect(home / "index.sqlite")) as target,
    ):
        source.backup(target)
    ports = open_ports(home, now)
    try:
        with TestClient(create_app(ports), raise_server_exceptions=False) as opened:
            opened.headers["Authorization"] = f"Bearer {served.tokens['all']}"
            yield opened, home
    finally:
        ports.close()


def alter(path: Path) -> None:
    """Flip one bit in the middle of a file that is read-only on purpose."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def _engagement(slot: datetime) -> Engagement:
    day = slot.astimezone(UTC).date()
    return Engagement(
        name="Surveillance audit",
        auditor="Northbridge Audit Ltd",
        scope="The patient portal.",
        first=day,
        last=day,
    )


def _records(made: Installation, slot: datetime) -> tuple[SealedRecord, ...]:
    with made.ports.database.read() as session:
        return tuple(records(session, made.connection.id, slot, slot))


def _tokens(ports: Ports) -> dict[str, str]:
    hour = timedelta(hours=1)
    made = {scope: create_token(ports, scope, (scope,), hour) for scope in SCOPES}
    made["all"] = create_token(ports, "all", SCOPES, hour)
    made["revoked"] = create_token(ports, "revoked", SCOPES, hour)
    made["expired"] = create_token(ports, "expired", SCOPES, timedelta(microseconds=1))
    revoke(ports, made["revoked"].id)
    return {name: token.secret for name, token in made.items()}
