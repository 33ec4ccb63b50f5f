"""An auditor's view of a home: nothing in it can be written, and all of it can be read."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.command_line import Said, annexa

ANYBODY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if not os.geteuid() else ()
"""Root may write anywhere; without these rights it may not, like any other user."""
READING = (
    ("verify",),
    ("status",),
    ("log", "checkpoints"),
    ("log", "entries"),
    ("trust", "show"),
    ("token", "list"),
    ("connection", "list"),
    ("disagreements",),
)


@contextmanager
def closed(home: Path) -> Iterator[None]:
    """Nobody may write in it, until the block ends."""
    found = [home, *home.rglob("*")]
    modes = {path: path.stat().st_mode for path in found}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def asked(home: Path, *words: str) -> Said:
    return annexa(home, *words, prefix=ANYBODY)


def _files(home: Path) -> dict[Path, tuple[int, int]]:
    found = {path: path.stat() for path in home.rglob("*") if path.is_file()}
    return {path: (told.st_size, told.st_mtime_ns) for path, told in found.items()}


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_what_only_reads_works_where_nothing_can_be_written(
    words: tuple[str, ...], spoilable: Place
) -> None:
    with closed(spoilable.home):
        before = _files(spoilable.home)
        said = asked(spoilable.home, *words)
        after = _files(spoilable.home)

    assert said.code == 0, said.err
    assert after == before


def test_it_is_read_beside_one_who_writes_to_it(spoilable: Place) -> None:
    with closing(sqlite3.connect(spoilable.home / "index.sqlite")) as writer:
        writer.execute("SELECT * FROM run").fetchall()
        assert (spoilable.home / "index.sqlite-wal").exists()
        with closed(spoilable.home):
            said = asked(spoilable.home, "verify")

    assert said.code == 0, said.err


def test_what_writes_says_in_one_sentence_that_it_cannot(spoilable: Place) -> None:
    with closed(spoilable.home):
        said = asked(spoilable.home, "token", "create", "another")

    assert said.code == 3
    assert said.sentence.endswith("[unavailable]")


def test_an_index_without_its_triggers_is_a_finding_and_the_store_is_verified_whole(
    spoilable: Place,
) -> None:
    with closing(sqlite3.connect(spoilable.home / "index.sqlite")) as index:
        index.execute("DROP TRIGGER record_no_update")
        index.commit()

    said = annexa(spoilable.home, "verify", "--json")
    refused = annexa(spoilable.home, "status")

    assert said.code == 5, said.err
    assert "index_unprotected" in said.out
    assert "annexa reindex" in said.out
    assert said.out.count('"code"') == 1
    assert refused.sentence.endswith("[index_unguarded]")
    assert annexa(spoilable.home, "reindex").code == 0
    assert annexa(spoilable.home, "verify").code == 0
