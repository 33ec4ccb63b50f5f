"""A backup is put back, with real processes: an older copy is never continued unnoticed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command_line import ROOT, Said, annexa, command, environment
from tests.patience import PATIENCE


def typed(home: Path, text: str, *words: str) -> Said:
    done = subprocess.run(
        command(home, *words),
        cwd=ROOT,
        env=environment({}),
        input=text + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)


def told(home: Path, name: str) -> None:
    assert annexa(home, "token", "create", name).code == 0


def newest(home: Path) -> Path:
    return max((home / "store" / "checkpoint").glob("*[0-9]"))


@pytest.fixture
def lost(tmp_path: Path) -> tuple[Path, Path]:
    """(home with an older store and nothing that remembers, checkpoint an auditor holds)."""
    home = tmp_path / "home"
    assert annexa(home, "init", "--organisation", "Northgate Health").code == 0
    told(home, "one")
    shutil.copytree(home / "store", tmp_path / "backup")
    told(home, "two")
    held = tmp_path / "held"
    shutil.copy(newest(home), held)
    shutil.rmtree(home / "store")
    shutil.copytree(tmp_path / "backup", home / "store")
    for path in (*home.glob("index.sqlite*"), home / "last-checkpoint"):
        path.unlink()
    return home, held


def test_an_older_copy_is_read_and_goes_on_only_by_a_person_s_word(
    lost: tuple[Path, Path],
) -> None:
    home, held = lost
    origin = newest(home).read_text().splitlines()[0]
    assert annexa(home, "reindex").code == 0
    assert annexa(home, "verify").code == 0
    refused = annexa(home, "token", "create", "three")
    assert (refused.code, "[log_unremembered]" in refused.err) == (3, True)
    assert "annexa log resume --checkpoint" in refused.err
    shown = annexa(home, "log", "resume", "--checkpoint", held)
    assert (shown.code, "[log_rolled_back]" in shown.err) == (5, True)
    mistyped = typed(home, "another", "log", "resume", "--without-checkpoint")
    assert (mistyped.code, "[not_confirmed]" in mistyped.err) == (3, True)
    assert annexa(home, "log", "resume").code == 2
    resumed = typed(home, origin, "log", "resume", "--without-checkpoint")
    assert resumed.code == 0, resumed.err
    told(home, "three")
    assert "log_resumed" in annexa(home, "log", "entries").out
    assert annexa(home, "verify").code == 0
    forked = annexa(home, "log", "verify", "--since", held)
    assert forked.code == 5, "whoever holds a newer checkpoint sees the fork"


def test_the_newest_copy_goes_on_by_the_checkpoint_that_an_auditor_holds(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert annexa(home, "init", "--organisation", "Northgate Health").code == 0
    told(home, "one")
    held = tmp_path / "held"
    shutil.copy(newest(home), held)
    for path in (*home.glob("index.sqlite*"), home / "last-checkpoint"):
        path.unlink()
    assert annexa(home, "token", "create", "two").code == 3
    assert annexa(home, "log", "resume", "--checkpoint", held).code == 0
    told(home, "two")
    assert annexa(home, "log", "verify", "--since", held).code == 0
