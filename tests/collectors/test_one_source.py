"""A newcomer's loop: one source by itself, with an answer that says what differs."""

import json
from pathlib import Path

import pytest

from tests.collectors import case_files
from tests.collectors.__main__ import main


def test_a_source_whose_cases_hold_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compute.disks"]) == 0
    assert capsys.readouterr().out.startswith("compute.disks: 3 checks, ")


def test_what_differs_is_told_as_expected_and_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = "compute.disks.json"
    cases = json.loads((case_files.CASES / name).read_text())
    cases["$table"]["passes"]["attached"] = "nobody uses the disk"
    (tmp_path / name).write_text(json.dumps(cases))
    monkeypatch.setattr(case_files, "CASES", tmp_path)

    assert main(["compute.disks"]) == 1

    told = capsys.readouterr().out.splitlines()
    assert told[:3] == [
        "case 'good'",
        "  expected  attached pass: nobody uses the disk",
        "  found     attached pass: a machine uses the disk",
    ]
    assert told[-1].endswith("1 failures")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which source: python -m tests.collectors <area>.<source>"),
        (["compute.discs"], "there is no collector 'compute.discs'; write collectors/catalog/"),
    ],
)
def test_wrong_usage_gets_the_next_step(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(sentence)


def test_a_source_without_cases_is_told_where_to_write_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(case_files, "CASES", tmp_path)

    assert main(["compute.disks"]) == 2
    assert "compute.disks has no cases; write " in capsys.readouterr().err


def test_a_misspelt_control_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_files, "CONTROLS", ("A.8.20",))

    assert main(["compute.disks"]) == 2
    assert "A.8.24" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ('"vary"', 'vary"', "compute.disks.json is not JSON: "),
        (
            '"vary": {\n      "disks"',
            '"vary": {"discs"',
            "a variation is of the read 'discs'",
        ),
        (
            '"good": {\n      "disks"',
            '"good": {"discs"',
            "compute.disks has no read 'discs'",
        ),
    ],
)
def test_a_case_file_that_cannot_be_read_is_one_sentence(
    right: str,
    wrong: str,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    name = "compute.disks.json"
    written = (case_files.CASES / name).read_text()
    assert right in written
    (tmp_path / name).write_text(written.replace(right, wrong, 1))
    monkeypatch.setattr(case_files, "CASES", tmp_path)

    assert main(["compute.disks"]) == 2
    assert capsys.readouterr().err.startswith(sentence)
