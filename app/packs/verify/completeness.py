"""Whole nights: each completed run has as many records here as it had, and the manifest agrees."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from app.packs.verify.checks import Bundle, Report, need
from app.packs.verify.container import MANIFEST

RECORD = "urn:annexa:record:v1"


def check_whole(
    bundle: Bundle, entries: dict[str, dict[str, Any]], signed: tuple[int, bytes], report: Report
) -> None:
    """`entries` by file, each proven to be in the log of this signed size and root."""
    records = Counter(run_of(e) for e in entries.values() if e.get("schema") == RECORD)
    for name, entry in sorted(entries.items()):
        if entry.get("kind") == "run_completed":
            check_run(name, entry, records, report)
    if (bundle.folder / MANIFEST).exists():

        def agrees() -> None:
            check_statement(bundle, signed, sum(records.values()))

        report.check(MANIFEST, "agrees with the log", agrees)


def run_of(record: dict[str, Any]) -> str:
    """The run a record says it is of; empty when it says none."""
    run = record.get("run")
    return str(run.get("run_id", "")) if isinstance(run, dict) else ""


def check_run(name: str, entry: dict[str, Any], records: dict[str, int], report: Report) -> None:
    """A run says at its end how many records it has: none of them may be left out or added."""

    def counted() -> None:
        detail = entry["detail"]
        here, said = records.get(detail["run_id"], 0), detail["records"]
        reason = f"its run has {said} records, the bundle has {here} of them"
        need(here == said, reason, "run_incomplete")

    report.check(name, "has all records of its run", counted)


def check_statement(bundle: Bundle, signed: tuple[int, bytes], records: int) -> None:
    """What the manifest says of the log is what the log's key has signed."""
    manifest = json.loads(bundle.read(MANIFEST).decode("utf-8"))
    log = manifest.get("log")
    if log is not None:
        need(log["checkpoint_size"] == signed[0], "it speaks of another checkpoint's size")
        need(log["root"] == signed[1].hex(), "it speaks of another root")
    said = manifest.get("records", records)
    need(said == records, f"it speaks of {said} records, the bundle has {records}")


def check_committed_form(entry: dict[str, Any]) -> None:
    """What an entry commits to has the form of a commitment; older entries commit to nothing."""
    told = []
    if "salt_key" in entry:
        told = [source.get("committed") for source in entry["source"]]
        told += [entry[part].get("committed") for part in ("verdicts", "expectations")]
        told += [entry.get("nonce")]
    elif entry.get("kind") in ("run_completed", "run_failed"):
        told = list((entry["detail"].get("committed") or {}).values())
    for one in told:
        sound = isinstance(one, str) and re.fullmatch("[0-9a-f]{64}", one)
        need(sound, "a commitment in it has not the form of one", "commitment_malformed")
