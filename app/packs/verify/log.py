"""The log: each entry is in the tree that the checkpoint signs, in order, with its objects."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.packs.verify.checks import Bundle, Report, code_of, decimal, decode, need
from app.packs.verify.completeness import RECORD, check_committed_form, check_whole
from app.packs.verify.logkey import LogKey
from app.trust.time.openssl import Refused

CHECKPOINT = ("checkpoint/checkpoint", "checkpoint/checkpoint.tsr")
ASSESSMENTS = "assessments.json"
REJUDGED = "rejudged"
"""Kind of the event that judges a night again, by other rules."""
EMPTY = hashlib.sha256(b"").hexdigest()


def check_log(bundle: Bundle, key: LogKey, report: Report) -> None:
    """The checkpoint, each entry in it, the order of entries, and the objects they name."""
    note = CHECKPOINT[0]
    what = f"is signed by {key.name}"
    signed = report.check(note, what, lambda: check_checkpoint(bundle.read(note), key))
    names = bundle.names("entries")
    if not names:
        report.fail("entries", "the bundle has no entries", "record_missing")
    for proof in sorted({*bundle.names("proofs")} - {proof_of(name) for name in names}):
        report.fail(proof, "there is no entry for this proof", "record_missing")
    if signed:
        check_entries(bundle, names, signed, report)


def check_checkpoint(note: bytes, key: LogKey) -> tuple[int, bytes]:
    """Size and root of the log, once its key has signed them (c2sp.org/tlog-checkpoint)."""
    text, found, lines = note.decode("utf-8").rpartition("\n\n")
    fields = text.split("\n")
    need(found and len(fields) > 2 and lines.endswith("\n"), "it is no signed checkpoint")
    ours = fields[0] == key.name
    need(ours, f"it is of the log {fields[0]!r}, not of {key.name!r}", "checkpoint_foreign")
    for line in lines[:-1].split("\n"):
        raw = decode(line.rpartition(" ")[2])
        if line.startswith(f"\u2014 {key.name} ") and raw[:4].hex() == key.key_id:
            key.verify(raw[4:], (text + "\n").encode())
            return decimal(fields[1]), decode(fields[2])
    raise Refused("the log's key has not signed it", "checkpoint_foreign")


def check_entries(
    bundle: Bundle, names: list[str], signed: tuple[int, bytes], report: Report
) -> None:
    """Each entry by its proof; where two neighbours are here, the later names the earlier."""
    previous: dict[str, Any] = {}
    named: dict[str, str] = {}
    entries: dict[str, dict[str, Any]] = {}
    for name in names:
        run = lambda file=name: check_proof(bundle, file, *signed)  # noqa: E731 - one line
        entry = report.check(name, "is in the log", run) or {}
        if previous and entry and previous["seq"] + 1 == entry["seq"]:
            before = bundle.digest(f"entries/{previous['seq']:012d}.json")
            if entry.get("prev_sha256") != before:
                report.fail(name, f"it does not follow entry {previous['seq']}", "chain_broken")
        if entry.get("schema") == RECORD or entry.get("kind") == REJUDGED:
            found = lambda each=entry: list(objects_of(each))  # noqa: E731 - one line
            named.update(report.check(name, "names its objects", found) or [])
        previous = entries[name] = entry
    check_whole(bundle, entries, signed, report)
    if (bundle.folder / ASSESSMENTS).exists():
        named.update(report.check(ASSESSMENTS, "names its rules", lambda: rules_of(bundle)) or {})
    check_objects(bundle, named, report)


def check_proof(bundle: Bundle, name: str, size: int, root: bytes) -> dict[str, Any]:
    """The entry's JSON, once its bytes are proven to be in the log (c2sp.org/tlog-proof)."""
    data, proof = bundle.read(name), proof_of(name)
    head, _, checkpoint = bundle.read(proof).decode("utf-8").partition("\n\n")
    header, place, *hashes = head.split("\n")
    sound = header == "c2sp.org/tlog-proof@v1" and place.startswith("index ")
    need(sound, f"{proof} is no tlog-proof")
    ours = checkpoint.encode() == bundle.read(CHECKPOINT[0])
    need(ours, f"{proof} is for another checkpoint", "proof_foreign")
    index = decimal(place[len("index ") :])
    leaf = hashlib.sha256(b"\0" + data).digest()
    proven = included(leaf, index, size, [decode(line) for line in hashes], root)
    need(proven, f"{proof} does not lead from it to the checkpoint", "proof_invalid")
    entry: dict[str, Any] = json.loads(data.decode("utf-8"))
    placed = entry["seq"] == index and name == f"entries/{index:012d}.json"
    need(placed, f"it is entry {index} of the log under another name", "record_misplaced")
    check_committed_form(entry)
    return entry


def included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162, section 2.1.3.2."""
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last <= 0:
            return False
        if node & 1 or node == last:
            computed = hashlib.sha256(b"\1" + sibling + computed).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            computed = hashlib.sha256(b"\1" + computed + sibling).digest()
        node, last = node >> 1, last >> 1
    return index < size and last == 0 and computed == root


def check_objects(bundle: Bundle, named: dict[str, str], report: Report) -> None:
    """The raw pages, verdicts, expectations and rules that are named are here; no others."""

    def compare(file: str) -> None:
        same = bundle.digest(file) == named[file]
        need(same, "its bytes are not those that a record names", code_of(file, "changed"))

    for file in sorted(named):
        if named[file] != EMPTY or (bundle.folder / file).exists():
            report.check(file, "is what a record names", lambda name=file: compare(name))  # type: ignore[misc]
    for file in [name for kind in ("raw", "derived", "rules") for name in bundle.names(kind)]:
        if file not in named:
            report.fail(file, "no record names it", code_of(file, "foreign"))


def objects_of(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(file, digest) of everything an entry stands on: a record, or a night judged again."""
    if entry.get("kind") != REJUDGED:
        yield from objects(entry)
        return
    yield rules_file(entry["detail"]["rules_sha256"])
    for record in entry["detail"]["records"]:
        for part in ("verdicts", "expectations"):
            yield derived_file(record[part])


def objects(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(file, digest) of everything a record stands on."""
    for source in record["source"]:
        digest = source["raw_sha256"]
        need(re.fullmatch("[0-9a-f]{64}", digest), f"{digest!r} is no digest")
        yield f"raw/{digest}", digest
    for part in ("verdicts", "expectations"):
        yield derived_file(record[part]["sha256"])
    yield rules_file(record["collector"]["rules_sha256"])


def derived_file(digest: str) -> tuple[str, str]:
    """(file, digest) of verdicts or expectations."""
    need(re.fullmatch("[0-9a-f]{64}", digest), f"{digest!r} is no digest")
    return f"derived/{digest}.json", digest


def rules_of(bundle: Bundle) -> list[tuple[str, str]]:
    """(file, digest) of the rules by which the assessments were made."""
    assessments = json.loads(bundle.read(ASSESSMENTS).decode("utf-8"))
    return [rules_file(assessments["rules_sha256"])]


def rules_file(digest: str) -> tuple[str, str]:
    """(file, digest) of rules."""
    need(re.fullmatch("[0-9a-f]{64}", digest), f"{digest!r} is no digest")
    return f"rules/{digest}.zip", digest


def proof_of(entry: str) -> str:
    """Name of an entry's proof."""
    return f"proofs/{Path(entry).stem}.tlog-proof"
