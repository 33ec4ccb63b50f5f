"""What somebody may type by mistake: one sentence, the exit code, nothing written."""

import subprocess
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.command_line import ROOT, annexa, command, environment


@pytest.mark.parametrize("name", ["North\x7fgate", "North\ngate", "North\x01", "N\u2028S", "\x85"])
def test_a_name_with_a_control_character_is_refused(tmp_path: Path, name: str) -> None:
    said = annexa(tmp_path / "home", "init", "--organisation", name)
    assert said.code == 2
    assert "control character" in said.sentence
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("name", ['A "B" \\ C', "Klinikum Süd-Ost 医院", "a = 1 # b", "'''"])
def test_any_other_name_is_read_back_as_it_was_given(tmp_path: Path, name: str) -> None:
    assert annexa(tmp_path, "init", "--organisation", name).code == 0
    settings = tomllib.loads((tmp_path / "annexa.toml").read_text(encoding="utf-8"))
    assert settings["organisation"] == name


@pytest.mark.parametrize("words", [[b"--organisation", b"\xff\xfe"], [b"\xff"]])
def test_arguments_that_are_not_utf8_are_one_sentence(tmp_path: Path, words: list[bytes]) -> None:
    line = [part.encode() for part in command(tmp_path / "home", "init")]
    said = subprocess.run(
        [*line, *words], capture_output=True, check=False, cwd=ROOT, env=environment({})
    )
    assert said.returncode == 2
    assert b"is not UTF-8 text" in said.stderr
    assert said.stderr.count(b"\n") == 1
    assert not (tmp_path / "home").exists()


def test_a_file_that_never_was_a_bundle_is_named_as_such(place: Place, tmp_path: Path) -> None:
    text, empty, other = (tmp_path / name for name in ("passwd", "empty", "other.zip"))
    text.write_text("root:x:0:0\n", encoding="utf-8")
    empty.touch()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    for file in (text, empty, other):
        said = place.annexa("verify", file)
        assert said.code == 3
        assert "is no bundle" in said.sentence
        assert said.out == ""


def test_a_bundle_that_was_cut_off_is_a_bundle_with_faults(place: Place, tmp_path: Path) -> None:
    cut = tmp_path / "cut.asice"
    with zipfile.ZipFile(cut, "w") as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
    cut.write_bytes(cut.read_bytes()[:-5])
    assert place.annexa("verify", cut).code == 5


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--from", "2030-01-01"], "the period begins on 2030-01-01; there is no evidence of it"),
        (
            ["--from", "2026-02-02", "--to", "2026-02-01"],
            "the period ends on 2026-02-01, before it begins on 2026-02-02",
        ),
    ],
)
def test_a_period_without_days_is_one_sentence(
    place: Place, words: list[str], sentence: str
) -> None:
    said = place.annexa("pack", *words)
    assert said.code == 2
    assert sentence in said.sentence


def test_the_version_is_told_without_a_home(tmp_path: Path) -> None:
    said = annexa(tmp_path / "none", "--version")
    assert said.code == 0
    assert said.out == f"annexa {version('annexa')}\n"
