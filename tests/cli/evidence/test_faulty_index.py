"""An index that cannot be used is a finding, and does not keep the store from being verified."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.command_line import Said, annexa

Spoil = Callable[[Path], None]


def no_database(index: Path) -> None:
    index.write_bytes(b"no database at all" * 1000)


def damaged_pages(index: Path) -> None:
    """All but the schema's page and what a catalogue of tables needs."""
    whole = index.read_bytes()
    half = len(whole) // 2 // 4096 * 4096
    index.write_bytes(whole[:half] + b"\xff" * (len(whole) - half))


def newer(index: Path) -> None:
    told(index, "UPDATE alembic_version SET version_num = '2031_01_01_0000'")


def of_another_program(index: Path) -> None:
    index.unlink()
    told(index, "CREATE TABLE appointment (id INTEGER)")


def a_folder(index: Path) -> None:
    index.unlink()
    index.mkdir()


def told(index: Path, statement: str) -> None:
    with closing(sqlite3.connect(index)) as opened:
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute(statement)
        opened.commit()


FAULTS: list[tuple[Spoil, str]] = [
    (damaged_pages, "index_damaged"),
    (newer, "schema_newer"),
    (of_another_program, "schema_foreign"),
    (a_folder, "unavailable"),
]


def verified(home: Path, **env: str) -> tuple[int, dict[str, str], Said]:
    """The exit code, and the codes of what was found by the object."""
    said = annexa(home, "verify", "--json", env=env)
    assert said.out, said.err
    return said.code, {one["object"]: one["code"] for one in json.loads(said.out)["faults"]}, said


@pytest.mark.parametrize(("spoil", "code"), FAULTS, ids=[spoil.__name__ for spoil, _ in FAULTS])
def test_whatever_is_wrong_with_the_index_the_store_is_verified(
    spoil: Spoil, code: str, spoilable: Place
) -> None:
    index = spoilable.home / "index.sqlite"
    for beside in ("-wal", "-shm"):
        index.with_name(f"index.sqlite{beside}").unlink(missing_ok=True)
    spoil(index)
    kept = index.read_bytes() if index.is_file() else b""

    exit_code, found, said = verified(spoilable.home)

    assert (exit_code, found) == (5, {"index": code})
    assert "1 fault(s), all of the index; the sealed log: VERIFIED, " in said.out
    assert not index.is_file() or index.read_bytes() == kept, "it was judged, not changed"


def test_a_database_that_does_not_answer_is_a_finding(spoilable: Place) -> None:
    nobody = "postgresql://annexa@127.0.0.1:1/annexa"
    exit_code, found, _ = verified(spoilable.home, ANNEXA_DATABASE=nobody)
    assert (exit_code, found) == (5, {"index": "unavailable"})


def test_what_is_wrong_with_the_store_is_told_beside_it(spoilable: Place) -> None:
    no_database(spoilable.home / "index.sqlite")
    raw = next(path for path in (spoilable.home / "store/raw").rglob("*") if path.is_file())
    raw.chmod(0o644)
    raw.write_bytes(b"[]")

    exit_code, found, said = verified(spoilable.home)

    assert exit_code == 5
    assert found.pop("index") == "index_damaged"
    assert set(found.values()) == {"raw_changed"}
    assert "VERIFIED" not in said.out


def test_a_log_rolled_back_is_told_by_the_home_though_the_index_cannot_be_asked(
    spoilable: Place, tmp_path: Path
) -> None:
    shutil.copytree(spoilable.home / "store", tmp_path / "older")
    told_more = spoilable.annexa("connection", "change", "northgate", "--schedule", "0 3 * * *")
    assert told_more.code == 0, told_more.err
    assert spoilable.annexa("collect", "northgate").code == 0
    shutil.rmtree(spoilable.home / "store")
    shutil.copytree(tmp_path / "older", spoilable.home / "store")
    no_database(spoilable.home / "index.sqlite")

    exit_code, found, _ = verified(spoilable.home)

    assert exit_code == 5
    assert found == {"checkpoint/": "log_rolled_back", "index": "index_damaged"}


def test_every_other_command_still_refuses_it(spoilable: Place) -> None:
    no_database(spoilable.home / "index.sqlite")
    for words in (("verify", "--run", "any"), ("collect", "northgate")):
        said = spoilable.annexa(*words)
        assert said.code == 3
        assert said.sentence.endswith("[index_damaged]")
