"""Even with the organisation's own seal a night cannot be shown with a record left out."""

from pathlib import Path
from typing import Any

import pytest

from app.evidence.canonical import canonical
from app.packs.verify.checks import Report
from app.packs.verify.container.files import Folder
from app.packs.verify.drawn import Drawn, check_facts
from app.packs.verify.log.completeness import Runs
from app.packs.verify.log.entries import Log

ROOT = bytes(range(32))


def record(run: str) -> dict[str, Any]:
    return {"schema": "urn:annexa:record:v1", "run": {"run_id": run}}


def completed(run: str, records: object) -> dict[str, Any]:
    return {"kind": "run_completed", "detail": {"run_id": run, "records": records}}


ENTRIES = {
    "entries/1.json": record("a"),
    "entries/2.json": record("a"),
    "entries/3.json": completed("a", 2),
    "entries/4.json": record("b"),
}
MANIFEST = {"log": {"checkpoint_size": 9, "root": ROOT.hex()}, "records": 3}


def failures(folder: Path, entries: dict[str, Any], manifest: object = MANIFEST) -> dict[str, str]:
    (folder / "manifest.json").write_bytes(canonical(manifest))
    (folder / "checkpoint").mkdir(exist_ok=True)
    (folder / "checkpoint" / "checkpoint").write_bytes(b"")
    report, bundle, runs, drawn = Report(), Folder(folder), Runs(), Drawn()
    for name, entry in sorted(entries.items()):
        runs.take(name, entry)
        drawn.take(name, entry)
    runs.finish(report)
    log = Log(bundle, (9, ROOT), None)
    report.check("manifest.json", "agrees", lambda: check_facts(bundle, drawn, log))
    return {one["file"]: one["reason"] for one in report.failed}


def test_whole_nights_and_unfinished_ones_verify(tmp_path: Path) -> None:
    assert failures(tmp_path, ENTRIES) == {}
    assert failures(tmp_path, ENTRIES, {}) == {}


@pytest.mark.parametrize("records", [1, 3, "2", None])
def test_a_night_with_another_number_of_records_is_named(records: object, tmp_path: Path) -> None:
    entries = {**ENTRIES, "entries/3.json": completed("a", records)}
    told = failures(tmp_path, entries)
    assert told == {"entries/3.json": f"its run has {records} records, the bundle has 2 of them"}


def test_odd_entries_are_told(tmp_path: Path) -> None:
    odd = {"kind": "run_completed", "detail": []}
    assert set(failures(tmp_path, {**ENTRIES, "entries/5.json": odd})) == {"entries/5.json"}
    oddly = {**ENTRIES, "entries/4.json": {"schema": "urn:annexa:record:v1", "run": 3}}
    assert failures(tmp_path, oddly) == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"records": 4}, "it speaks of 4 records, the bundle has 3"),
        ({"log": {"checkpoint_size": 8, "root": ROOT.hex()}}, "it speaks of another checkpoint"),
        ({"log": {"checkpoint_size": 9, "root": "00" * 32}}, "it speaks of another checkpoint"),
        ({"log": 3}, "cannot be read"),
    ],
)
def test_a_manifest_that_says_otherwise_is_named(
    change: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    told = failures(tmp_path, ENTRIES, {**MANIFEST, **change})
    assert reason in told["manifest.json"]
