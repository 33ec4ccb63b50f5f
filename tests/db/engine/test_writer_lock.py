"""Two hosts, each with a store of its own and one PostgreSQL: the second writer is refused."""

import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from app.db.engine.database import Database, open_database
from app.errors import WriterBusyError
from app.services.upkeep.new_home import initialise
from tests.command_line import ROOT, annexa, environment

HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from app.services.home.installation import open_ports
ports = open_ports(Path(sys.argv[1]), lambda: datetime.now(UTC))
with ports.writer("collecting on the first host"):
    print("held", flush=True)
    sys.stdin.read()
ports.close()
"""


@pytest.fixture
def postgresql(postgresql_server: str) -> str:
    name = "w" + uuid.uuid4().hex[:10]
    with psycopg.connect(postgresql_server + "postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    return postgresql_server + name


@pytest.fixture
def hosts(tmp_path: Path, postgresql: str) -> tuple[Path, Path]:
    """One installation, and a copy of it as on another host: the same keys, a store of its own."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    (first / "annexa.toml").write_text(
        f'log_origin = "test.example/log"\ndatabase = "{postgresql}"\n'
    )
    initialise(first, "Northgate Health", lambda: datetime.now(UTC))
    shutil.copytree(first, second)
    return first, second


@pytest.fixture
def holder(hosts: tuple[Path, Path]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(hosts[0])]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment({}),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_host_is_refused_and_told_who_writes_until_the_first_ends(
    hosts: tuple[Path, Path], holder: subprocess.Popen[str]
) -> None:
    words = ("token", "create", "grc", "--scope", "runs:read")
    refused = annexa(hosts[1], *words)
    assert refused.code == 3
    assert "annexa collecting on the first host on 127.0.0.1 writes to this log" in refused.sentence
    assert "[writer_busy]" in refused.sentence
    holder.kill()
    holder.communicate()
    assert annexa(hosts[1], *words).code == 0, "PostgreSQL drops the lock of who was killed"


def test_the_lock_is_free_after_each_use_also_after_a_failure(database: Database) -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError), database.writer("failing"):
            raise RuntimeError
        with database.writer("again"):
            pass


def test_two_connections_of_one_postgresql_exclude_each_other(postgresql: str) -> None:
    one, other = open_database(postgresql), open_database(postgresql)
    with (
        one.writer("the first"),
        pytest.raises(WriterBusyError, match="annexa the first on"),
        other.writer("the second"),
    ):
        pass
    with other.writer("the second"), one.read() as session:
        assert session.connection() is not None
    one.close()
    other.close()


def test_a_lock_whose_connection_broke_is_given_up_without_a_word(postgresql: str) -> None:
    one = open_database(postgresql)
    with one.writer("breaking"), psycopg.connect(postgresql, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'annexa breaking'"
        )
    with one.writer("again"):
        pass
    one.close()
