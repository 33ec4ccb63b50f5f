"""Real databases: SQLite files and a PostgreSQL server started from Debian's binaries."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.db.engine.database import Database, open_database

MISSING = "PostgreSQL's server is not installed: apt-get install -y postgresql"


def binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        pytest.fail(MISSING)
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL of a server of this session's own; PostgreSQL refuses to run as root, so not as root."""
    folder = Path(tempfile.mkdtemp(prefix="annexa-pg-"))
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(program: str, *arguments: str) -> None:
        command = [*as_postgres, str(binaries() / program), "-D", str(folder / "data")]
        subprocess.run([*command, *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")

    port = free_port()
    settings = f"-p {port} -c fsync=off -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    try:
        run("initdb", "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", settings, "start")
        yield f"postgresql://postgres@127.0.0.1:{port}/"
        run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, one on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'index.sqlite'}"
    server: str = request.getfixturevalue("postgresql_server")
    name = "t" + uuid.uuid4().hex[:10]
    with psycopg.connect(server + "postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    return server + name


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A migrated, empty index."""
    opened = open_database(url)
    yield opened
    opened.close()
