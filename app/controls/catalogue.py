"""The Annex A catalogue and its crosswalk, read from evidence_templates and checked strictly."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.errors import UsageError

TEMPLATES = Path(__file__).resolve().parents[2] / "evidence_templates"
"""Catalogue, expectations, pack templates and fonts, beside the packages in checkout and wheel."""

ANNEX_A_COUNTS = {5: 37, 6: 8, 7: 14, 8: 34}
"""Controls of each clause of ISO/IEC 27001:2022 Annex A; 93 in all."""


class Theme(StrEnum):
    """The four clauses of Annex A."""

    ORGANISATIONAL = "organisational"
    PEOPLE = "people"
    PHYSICAL = "physical"
    TECHNOLOGICAL = "technological"


CLAUSES = {
    5: Theme.ORGANISATIONAL,
    6: Theme.PEOPLE,
    7: Theme.PHYSICAL,
    8: Theme.TECHNOLOGICAL,
}


class Mode(StrEnum):
    """How much of a control's evidence a machine can collect."""

    AUTOMATED = "automated"
    HYBRID = "hybrid"
    MANUAL = "manual"


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """One Annex A control in our own words."""

    id: str
    title: str
    theme: Theme
    mode: Mode
    manual_evidence: tuple[str, ...]
    """What people add: documents, minutes, tickets."""
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """Requirements of other frameworks for which a control's evidence may be of use."""

    control_id: str
    soc2: tuple[str, ...]
    hipaa: tuple[str, ...]
    nist_800_53r5: tuple[str, ...]
    confidence: str
    """high, medium or low; high only where a second source agrees."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Crosswalk:
    """Relations to other frameworks: related evidence, never a claim that a requirement is met."""

    relation: str
    reviewed_by: str
    """Auditor who reviewed the relations; a pack prints none while this is empty."""
    frameworks: Mapping[str, str]
    cautions: tuple[str, ...]
    related: Mapping[str, Related]


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """All 93 controls in the order of the standard."""

    controls: tuple[Control, ...]

    def __iter__(self) -> Iterator[Control]:
        return iter(self.controls)

    def __getitem__(self, control_id: str) -> Control:
        """The control with this id. Raises UsageError when Annex A has none."""
        for control in self.controls:
            if control.id == control_id:
                return control
        raise UsageError(f"Annex A of ISO/IEC 27001:2022 has no control {control_id}.")


def load_catalogue(path: Path = TEMPLATES / "annex_a.toml") -> Catalogue:
    """Read the catalogue. Raises UsageError on anything but the 93 controls, each in its theme."""
    table = _toml(path)
    _only(table, {"control"}, path)
    controls = tuple(_control(row, path) for row in table["control"])
    found = [control.id for control in controls]
    if found != annex_a_ids():
        wrong = sorted(set(found) ^ set(annex_a_ids())) or ["their order or a repetition"]
        raise UsageError(
            f"{path.name} must hold the 93 Annex A controls once each, in order; "
            f"look at {', '.join(wrong[:5])}."
        )
    return Catalogue(controls=controls)


def load_crosswalk(catalogue: Catalogue, path: Path = TEMPLATES / "crosswalk.toml") -> Crosswalk:
    """Read the relations to other frameworks. Raises UsageError on unknown or missing controls."""
    table = _toml(path)
    frameworks = {"soc2", "hipaa", "nist_800_53r5"}
    _only(table, frameworks | {"relation", "reviewed_by", "cautions", "related"}, path)
    if table["relation"] != "related evidence":
        raise UsageError(f'{path.name}: relation must be "related evidence", nothing stronger.')
    rows = [_related(row, path) for row in table["related"]]
    related = {row.control_id: row for row in rows}
    if len(rows) != len(related) or set(related) != {control.id for control in catalogue}:
        raise UsageError(f"{path.name} must relate each Annex A control once, and no other id.")
    return Crosswalk(
        relation=table["relation"],
        reviewed_by=table["reviewed_by"],
        frameworks={name: table[name] for name in sorted(frameworks)},
        cautions=tuple(table["cautions"]),
        related=related,
    )


def annex_a_ids() -> list[str]:
    """Ids of the 93 controls, in order."""
    return [f"A.{c}.{n}" for c, count in ANNEX_A_COUNTS.items() for n in range(1, count + 1)]


def _control(row: dict[str, Any], path: Path) -> Control:
    _only(row, {field.name for field in fields(Control)}, path)
    try:
        theme, mode = Theme(row["theme"]), Mode(row["mode"])
    except ValueError as error:
        raise UsageError(f"{path.name}, {row['id']}: {error}.") from error
    clause = str(row["id"]).split(".")[1:2]
    if clause and clause[0].isdigit() and CLAUSES.get(int(clause[0])) is not theme:
        raise UsageError(f"{path.name}: {row['id']} does not belong to the theme {theme}.")
    return Control(
        id=row["id"],
        title=row["title"],
        theme=theme,
        mode=mode,
        manual_evidence=tuple(row["manual_evidence"]),
        note=row["note"],
    )


def _related(row: dict[str, Any], path: Path) -> Related:
    _only(row, {"id", "soc2", "hipaa", "nist_800_53r5", "confidence"}, path)
    if row["confidence"] not in {"high", "medium", "low"}:
        raise UsageError(f"{path.name}, {row['id']}: confidence is high, medium or low.")
    return Related(
        control_id=row["id"],
        soc2=tuple(row["soc2"]),
        hipaa=tuple(row["hipaa"]),
        nist_800_53r5=tuple(row["nist_800_53r5"]),
        confidence=row["confidence"],
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from error


def _only(table: Mapping[str, Any], wanted: set[str], path: Path) -> None:
    if set(table) != wanted:
        wrong = ", ".join(sorted(set(table) ^ wanted))
        raise UsageError(f"{path.name} has a missing or unknown key: {wrong}.")
