"""What entries stand on: raw pages, verdicts, expectations and rules, each by its digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.packs.verify.checks import Report, code_of, need
from app.packs.verify.container.files import Bundle
from app.packs.verify.log.sealed_json import sealed_json

RECORD = "urn:annexa:record:v1"
REJUDGED = "rejudged"
"""Kind of the event that judges a night again, by other rules."""
ASSESSMENTS = "assessments.json"
EMPTY = f"raw/{hashlib.sha256(b'').hexdigest()}"
DIGEST = re.compile("[0-9a-f]{64}")
LARGE = 1 << 20
"""Bytes of verdicts beyond which their form is left to who re-performs them: read whole, they would
take a hundred times their memory."""


def check_objects(bundle: Bundle, named: set[str], report: Report) -> None:
    """The raw pages, verdicts, expectations and rules that are named are here; no others."""
    if bundle.has(ASSESSMENTS):
        found = report.check(ASSESSMENTS, "names its rules", lambda: rules_of(bundle))
        named.update(found or ())
    for file in sorted(named):
        if file != EMPTY or bundle.has(file):
            report.check(file, "is what a record names", lambda: compare(bundle, file))  # noqa: B023 - run at once
    for file in [name for kind in ("raw", "derived", "rules") for name in bundle.names(kind)]:
        if file not in named:
            report.fail(file, "no record names it", code_of(file, "foreign"))


def compare(bundle: Bundle, file: str) -> None:
    """The file's digest is its name; verdicts and expectations are what every reader reads."""
    same = bundle.digest(file).hex() == Path(file).name.partition(".")[0]
    need(same, "its bytes are not those that a record names", code_of(file, "changed"))
    if file.startswith("derived/") and bundle.size(file) <= LARGE:
        sealed_json(bundle.read(file), code_of(file, "malformed"))


def objects_of(entry: dict[str, Any]) -> Iterator[str]:
    """Files of everything an entry stands on: a record, or a night judged again."""
    if entry.get("schema") == RECORD:
        for source in entry["source"]:
            yield file_of("raw", source["raw_sha256"], "")
        for part in ("verdicts", "expectations"):
            yield file_of("derived", entry[part]["sha256"], ".json")
        yield file_of("rules", entry["collector"]["rules_sha256"], ".zip")
    elif entry.get("kind") == REJUDGED:
        yield file_of("rules", entry["detail"]["rules_sha256"], ".zip")
        for record in entry["detail"]["records"]:
            for part in ("verdicts", "expectations"):
                yield file_of("derived", record[part], ".json")


def rules_of(bundle: Bundle) -> list[str]:
    """The file of the rules by which the assessments were made."""
    assessments = sealed_json(bundle.read(ASSESSMENTS), "assessments_malformed")
    return [file_of("rules", assessments["rules_sha256"], ".zip")]


def file_of(folder: str, digest: str, ending: str) -> str:
    """Name of an object's file."""
    need(DIGEST.fullmatch(digest), f"{digest!r} is no digest")
    return f"{folder}/{digest}{ending}"
