"""Derived files: each is the one that an entry of the log names by its digest."""

from __future__ import annotations

from typing import Any

from app.packs.verify.checks import Report, code_of, need
from app.packs.verify.container.files import Bundle
from app.packs.verify.container.members import MANIFEST, NAME, SUMS
from app.packs.verify.log.checkpoint import EVIDENCE
from app.packs.verify.log.entries import Log
from app.packs.verify.log.objects import ASSESSMENTS, RECORD
from app.packs.verify.log.sealed_json import sealed_json
from app.packs.verify.log.tiles import root_of
from app.trust.time.openssl import Refused

DRAWN = "pack_drawn"
BOUND = ("META-INF/", "checkpoint/", "derived/", "entries/", "proofs/", "raw/", "rules/", "tile/")
"""Folders whose files something else binds: the seal, the log, or a record."""
DOCUMENTS = (ASSESSMENTS, MANIFEST, "catalogue.json", "expectations.json")

REQUIRED = (*DOCUMENTS, "pack.pdf")


class Drawn:
    """Takes proven entries, and knows the last pack that they say was drawn."""

    def __init__(self) -> None:
        self.detail: dict[str, Any] | None = None
        self.name = ""
        self.expected = False
        self.records = 0

    def take(self, name: str, entry: dict[str, Any]) -> None:
        """Keep the newest `pack_drawn`; see whether the log was written by who knows it."""
        self.records += entry.get("schema") == RECORD
        self.expected = self.expected or "chain" in entry
        detail = entry.get("detail")
        if not isinstance(detail, dict):
            return
        if entry.get("kind") == DRAWN:
            self.name, self.detail = name, detail

    def finish(self, report: Report) -> None:
        """A log of this format has the entry; one of before says that its files are not proved."""
        if self.detail is not None:
            return
        if self.expected:
            reason = "the entry that binds the PDF and the tables was left out"
            report.fail("entries", reason, "pack_drawn_missing")
        else:
            told = "that PDF, tables, assessments, catalogue and expectations follow from the log"
            report.unproved.append(told)


def check_drawn(bundle: Bundle, drawn: Drawn, log: Log, report: Report) -> None:
    """No derived file is another, missing, or added; the manifest speaks of this log."""
    for name in DOCUMENTS:
        if bundle.has(name):
            code = code_of(name, "malformed")
            report.check(name, "is canonical", lambda: sealed_json(bundle.read(name), code))  # noqa: B023 - run at once
    if bundle.has(MANIFEST):
        report.check(MANIFEST, "agrees with the log", lambda: check_facts(bundle, drawn, log))
    detail = drawn.detail
    if detail is None:
        return
    files: dict[str, str] = report.check(drawn.name, "names files", lambda: named(detail)) or {}
    for name in sorted({*files, *REQUIRED}):
        report.check(name, "is what the log names", lambda: compare_drawn(bundle, name, files))  # noqa: B023
    for name in bundle.names():
        if not name.startswith(BOUND) and name not in {SUMS, "mimetype"} and name not in files:
            report.fail(name, "no entry of the log names it", code_of(name, "unproved"))
    evidence = lambda: check_evidence(bundle, detail, log)  # noqa: E731 - one line
    report.check(drawn.name, "was drawn of this log", evidence)


def named(detail: dict[str, Any]) -> dict[str, str]:
    """Digest by name of each file."""
    files = detail["files"]
    sound = isinstance(files, dict) and all(isinstance(each, str) for each in files.values())
    need(sound, "it does not name files by their digests", "record_malformed")
    plain = all(NAME.fullmatch(each) for each in files)  # of an unpacked bundle, nothing beside it
    need(plain, "it names what is no file of a bundle", "record_malformed")
    return dict(files)


def compare_drawn(bundle: Bundle, name: str, files: dict[str, str]) -> None:
    """The file is the one that was drawn."""
    same = bundle.digest(name).hex() == files.get(name)
    need(same, "it is not the file that was drawn, as the log says", code_of(name, "unproved"))


def check_evidence(bundle: Bundle, detail: dict[str, Any], log: Log) -> None:
    """The checkpoint that the pack names is of this very log, and here."""
    if log.leaves is None:
        raise Refused("the bundle has no tiles to prove it with", "tile_missing")
    size, root = detail["evidence_size"], detail["evidence_root"]
    need(0 < size <= log.size, "the pack names a checkpoint of no such log", "pack_foreign")
    need(root_of(log.leaves, size).hex() == root, "the pack names another log", "pack_foreign")
    here = bundle.read(EVIDENCE).decode("utf-8").split("\n")[1] == str(size)
    need(here, f"{EVIDENCE} is not the one that the pack names", "pack_foreign")


def check_facts(bundle: Bundle, drawn: Drawn, log: Log) -> None:
    """What the manifest says is what was drawn, and as many records are here."""
    manifest = sealed_json(bundle.read(MANIFEST), "manifest_malformed")
    said = manifest.get("records", drawn.records)
    reason = f"it speaks of {said} records, the bundle has {drawn.records}"
    need(said == drawn.records, reason, "manifest_mismatch")
    if drawn.detail is not None:
        need_same_pack(manifest, drawn.detail)
    detail = drawn.detail or {"evidence_size": log.size, "evidence_root": log.root.hex()}
    told = manifest.get("log")
    if told is not None:
        ours = (told["checkpoint_size"], told["root"])
        theirs = (detail["evidence_size"], detail["evidence_root"])
        need(ours == theirs, "it speaks of another checkpoint", "manifest_mismatch")


def need_same_pack(manifest: dict[str, Any], detail: dict[str, Any]) -> None:
    """What people read in the manifest is what the log was told: whose pack, and of which days."""
    engagement, connection = manifest["engagement"], manifest["connection"]
    told = {
        "pack_id": manifest["pack_id"],
        "connection_id": connection["id"],
        "engagement": engagement["name"],
        "first": engagement["first"],
        "last": engagement["last"],
    }
    for name, value in told.items():
        reason = f"its {name} is {value!r}, the log was told of {detail.get(name)!r}"
        need(value == detail.get(name), reason, "manifest_mismatch")
