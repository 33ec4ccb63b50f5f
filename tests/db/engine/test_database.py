"""Transactions: writers of several processes wait for each other, and lose nothing."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.db.engine import dialects as engine
from app.db.engine.database import Database, open_database
from app.errors import UnavailableError

READ_THEN_WRITE = """
import sys
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from app.db.engine.database import Database
from app.db.engine.dialects import open_engine
database = Database(open_engine(sys.argv[1]))
for number in range(50):
    with database.begin() as session:
        count = session.scalar(text("SELECT count(*) FROM night_count"))
        session.execute(
            text("INSERT INTO night_count VALUES ('c', 't', :check, :count, 0, 0)"),
            {"check": f"{sys.argv[2]}-{number}", "count": count},
        )
"""


def test_writers_of_two_processes_read_and_write_without_losing_a_row(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'index.sqlite'}"
    database = open_database(url)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", READ_THEN_WRITE, url, name], cwd=Path(__file__).parents[3]
        )
        for name in ("a", "b")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    with database.read() as session:
        seen = list(session.scalars(text("SELECT passed FROM night_count ORDER BY passed")))
    assert seen == list(range(100))
    database.close()


def test_a_database_that_stays_locked_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAIT", 50)
    database = open_database(f"sqlite:///{tmp_path / 'index.sqlite'}")
    other = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError, match="locked by another process"), database.begin():
        pass
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM run")) == 0
    other.execute("ROLLBACK")
    other.close()
    with database.begin():
        pass
    database.close()


def test_a_reader_keeps_one_view_while_others_write(database: Database) -> None:
    count = text("SELECT count(*) FROM night_count")
    with database.read() as reading:
        assert reading.scalar(count) == 0
        with database.begin() as writing:
            writing.execute(text("INSERT INTO night_count VALUES ('c', 't', 'x', 1, 0, 0)"))
        assert reading.scalar(count) == 0
    with database.read() as reading:
        assert reading.scalar(count) == 1


def test_what_is_written_while_reading_is_not_kept(database: Database) -> None:
    with database.read() as session:
        session.execute(text("INSERT INTO night_count VALUES ('c', 't', 'x', 1, 0, 0)"))
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM night_count")) == 0


def test_sqlite_enforces_foreign_keys_and_uses_wal(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'index.sqlite'}")
    with database.read() as session:
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
    database.close()


def test_a_damaged_file_is_said_in_one_sentence_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"no database at all" * 1000)
    with pytest.raises(UnavailableError, match=r"is damaged .*annexa reindex") as refusal:
        open_database(f"sqlite:///{tmp_path / 'index.sqlite'}")
    assert refusal.value.kind == "index_damaged"


def test_a_broken_constraint_stays_the_callers(database: Database) -> None:
    row = text("INSERT INTO night_count VALUES ('c', 't', 'x', 1, 0, 0)")
    with database.begin() as session:
        session.execute(row)
    with pytest.raises(IntegrityError), database.begin() as session:
        session.execute(row)
