"""The catalogue holds Annex A and nothing else."""

import re
from pathlib import Path

import pytest

from app.controls.catalogue import (
    TEMPLATES,
    Mode,
    Theme,
    annex_a_ids,
    load_catalogue,
    load_crosswalk,
)
from app.errors import UsageError


def _changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (TEMPLATES / name).read_text("utf-8")
    assert old in text
    copy = tmp_path / name
    copy.write_text(text.replace(old, new, 1), "utf-8")
    return copy


def test_the_catalogue_holds_the_93_controls_in_order() -> None:
    catalogue = load_catalogue()
    assert [control.id for control in catalogue] == annex_a_ids()
    assert len(catalogue.controls) == 93
    assert catalogue["A.8.24"].theme is Theme.TECHNOLOGICAL
    assert catalogue["A.6.1"].mode is Mode.MANUAL
    assert all(control.title and control.manual_evidence for control in catalogue)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "A.5.9"', 'id = "A.5.99"', "A.5.9"),
        ('id = "A.5.9"', 'id = "A.5.8"', "A.5.9"),
        ('theme = "people"', 'theme = "physical"', "does not belong"),
        ('theme = "people"', 'theme = "cosmic"', "cosmic"),
        ('mode = "manual"', 'mode = "magic"', "magic"),
        ("mode =", "modus =", "modus"),
        ("[[control]]", "[[control", "not valid TOML"),
    ],
)
def test_a_wrong_catalogue_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError, match=says.replace(".", r"\.")):
        load_catalogue(_changed(tmp_path, "annex_a.toml", old, new))


def test_an_unknown_control_is_refused() -> None:
    with pytest.raises(UsageError, match=r"A\.9\.1"):
        load_catalogue()["A.9.1"]


def test_a_missing_catalogue_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_catalogue(tmp_path / "annex_a.toml")


def test_the_crosswalk_relates_every_control_and_claims_nothing() -> None:
    crosswalk = load_crosswalk(load_catalogue())
    assert crosswalk.relation == "related evidence"
    assert set(crosswalk.related) == set(annex_a_ids())
    assert "164.312(a)(2)(iv)" in crosswalk.related["A.8.24"].hipaa
    text = (TEMPLATES / "crosswalk.toml").read_text("utf-8")
    assert "satisf" not in text.lower()
    assert "intuitem" not in text.lower()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('relation = "related evidence"', 'relation = "satisfies"'),
        ('id = "A.5.9"', 'id = "A.5.99"'),
        ('confidence = "medium"', 'confidence = "certain"'),
    ],
)
def test_a_wrong_crosswalk_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(UsageError):
        load_crosswalk(load_catalogue(), _changed(tmp_path, "crosswalk.toml", old, new))


def test_no_note_of_the_catalogue_speaks_to_builders() -> None:
    inner = re.compile(r"population|the product|belongs here|supports? it|telling fact|[Nn]eeds")
    assert [c.id for c in load_catalogue() if inner.search(c.note)] == []
