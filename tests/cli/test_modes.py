"""What an installation keeps is for its own account alone; what a user copies is the user's."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.command_line import annexa


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_home_is_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "away" / "home"
    assert annexa(home, "init").code == 0
    assert _mode(home) == 0o700
    assert _mode(home / "annexa.toml") == 0o600
    assert _mode(home / "trust") == 0o700
    assert {_mode(file) for file in home.glob("index.sqlite*")} == {0o600}


def test_a_folder_that_was_prepared_is_closed_and_its_settings_are_kept(tmp_path: Path) -> None:
    (tmp_path / "annexa.toml").write_text('organisation = "Prepared"\n', encoding="utf-8")
    tmp_path.chmod(0o755)
    assert annexa(tmp_path, "init").code == 0
    assert _mode(tmp_path) == 0o700
    assert (tmp_path / "annexa.toml").read_text(encoding="utf-8") == 'organisation = "Prepared"\n'


def test_an_index_made_again_is_closed_too(spoilable: Place) -> None:
    for file in spoilable.home.glob("index.sqlite*"):
        file.unlink()
    assert spoilable.annexa("reindex").code == 0
    assert _mode(spoilable.home / "index.sqlite") == 0o600


def test_packs_are_closed_and_copies_of_them_follow_the_umask(
    spoilable: Place, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    said = spoilable.annexa("pack", "--out", out)
    assert said.code == 0, said.err
    packs = spoilable.home / "packs"
    folders = [packs, *(path for path in packs.rglob("*") if path.is_dir())]
    files = [path for path in packs.rglob("*") if path.is_file()]
    assert {_mode(folder) for folder in folders} == {0o700}
    assert {path.name for path in files} == {"pack.pdf", "bundle.asice"}
    assert {_mode(file) for file in files} == {0o600}
    assert {_mode(out / name) for name in ("pack.pdf", "bundle.asice")} == {0o644}
