"""The command line of the verifier."""

from __future__ import annotations

import argparse
import io
import json
import sys
from contextlib import closing
from pathlib import Path

from app.packs.verify.checks import Report, code_of, printable
from app.packs.verify.container.archive import NO_BUNDLE, Archive
from app.packs.verify.container.files import Bundle, Folder
from app.packs.verify.container.members import SEAL, check_files, check_manifest, stamps_of
from app.packs.verify.drawn import Drawn, check_drawn
from app.packs.verify.log.checkpoint import EVIDENCE, NOTE, as_signed, check_checkpoint, check_since
from app.packs.verify.log.commitments import Commitments
from app.packs.verify.log.completeness import Runs
from app.packs.verify.log.entries import Log, check_entries
from app.packs.verify.log.logkey import LogKey
from app.packs.verify.log.objects import check_objects
from app.packs.verify.log.rotation import signing_vkey, vkey_of
from app.packs.verify.log.tiles import check_tiles
from app.packs.verify.log.witness import COSIGNED, check_witnesses
from app.packs.verify.options import alone, options
from app.packs.verify.period.period import Period
from app.packs.verify.redacted import check_copy, read_revealed
from app.packs.verify.seals.pdf import PDF, check_pdf
from app.packs.verify.seals.signatures import check_seal
from app.packs.verify.seals.signer import check_signer
from app.packs.verify.seals.times import check_bundle_times, check_checkpoint_times, numbered

SHOWN = 200
"""Failures printed one by one; all of them are in the JSON."""


def main() -> int:
    """Verify one bundle. 0: verified, 5: something did not verify; wrong use exits with 2."""
    given = options()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names that a console has no letters for
    report = Report()
    if alone(given):
        check_copies(given, None, report)
    else:
        with closing(opened(given, report)) as bundle:
            if NO_BUNDLE not in [failure["code"] for failure in report.failed]:
                verify(bundle, given, report)
                check_copies(given, bundle, report)
    show(report, as_json=given.json)
    return 5 if report.failures else 0


def check_copies(given: argparse.Namespace, bundle: Bundle | None, report: Report) -> None:
    """Each redacted copy that was named, with all that is revealed of them."""
    for path in given.redacted:

        def checked(file: Path = Path(path)) -> None:
            given_out = [read_revealed(Path(each).read_bytes()) for each in given.revealed]
            told = [one for tokens in given_out for one in tokens]
            check_copy(file.read_bytes(), told, given.log_vkey, bundle)

        what = "shows and hides what was committed to in the log"
        report.check(Path(path).name, what, checked, "redacted_malformed")


def opened(given: argparse.Namespace, report: Report) -> Bundle:
    """The bundle as it lies there."""
    place = Path(given.bundle or ".")
    if place.is_file():
        return Archive(place, report)
    folder = Folder(place)
    roots = [Path(path) for path in (given.root, *given.time_root, *filter(None, [given.crl]))]
    anchors = {path.name: path.read_text("utf-8", "replace") for path in roots}
    folder.pass_over({**anchors, "log.vkey": given.log_vkey})
    return folder


def verify(bundle: Bundle, given: argparse.Namespace, report: Report) -> None:
    """All checks."""
    stamps = stamps_of(bundle, report)
    sealed = check_files(bundle, stamps, report)
    check_manifest(bundle, SEAL, sealed, report)
    for names in stamps:
        check_manifest(bundle, names, sealed | set(SEAL), report)
    check_signed(bundle, given, stamps, report)
    check_log(bundle, given, report)


def check_signed(
    bundle: Bundle, given: argparse.Namespace, stamps: list[tuple[str, str]], report: Report
) -> None:
    """The times first: seals are judged at the time that is proved, not at today's."""
    proven = check_bundle_times(bundle, stamps, given.time_root, given.at, report)
    at = given.at if proven is None else proven
    root = ["-CAfile", given.root, *([] if at is None else ["-attime", str(at)])]
    sealed = lambda: check_seal(bundle, SEAL, root, given.crl)  # noqa: E731 - one line
    report.notes += report.check(SEAL[0], f"is sealed by {SEAL[1]}", sealed, "seal_invalid") or []
    check_signer(bundle, SEAL, given.pins, report)
    if bundle.has(PDF):
        check_pdf(bundle, root, given.pins, (given.time_root, given.at), report)
    for note in (NOTE, EVIDENCE):
        if note == NOTE or bundle.has(note):
            check_checkpoint_times(bundle, note, given.time_root, given.at, report)


def check_log(bundle: Bundle, given: argparse.Namespace, report: Report) -> None:
    """The checkpoint, what it continues, each entry in it, and the files that they bind."""
    key = LogKey(signing_vkey(bundle, given.log_vkey))
    signed = report.check(
        NOTE, f"is signed by {key.name}", lambda: check_checkpoint(bundle.read(NOTE), key)
    )
    if not signed:
        return
    check_witnesses(bundle, given.witness, report)
    leaves = report.check(NOTE, "has its tiles", lambda: check_tiles(bundle, *signed))
    for path in given.since:
        check_given(Path(path), given, signed, leaves, report)
    check_beside(bundle, given, (signed, leaves), report)
    log = Log(bundle, signed, leaves)
    drawn, runs, period = Drawn(), Runs(), Period(given.period)
    commitments = Commitments()
    named = check_entries(log, (drawn, runs, period, commitments), report)
    drawn.finish(report)
    period.finish(report)
    runs.days = period.drawn
    runs.finish(report)
    commitments.finish(report)
    check_drawn(bundle, drawn, log, report)
    check_objects(bundle, named, report)


def check_beside(
    bundle: Bundle,
    given: argparse.Namespace,
    log: tuple[tuple[int, bytes], bytes | None],
    report: Report,
) -> None:
    """The checkpoint of the time of the evidence is of this log; nothing else lies beside both."""
    known = {NOTE, COSIGNED, *numbered(bundle, NOTE)}
    if bundle.has(EVIDENCE):
        known |= {EVIDENCE, *numbered(bundle, EVIDENCE)}

        def continued() -> None:
            note = bundle.read(EVIDENCE)
            of = check_checkpoint(note, LogKey(vkey_of(note, given.log_vkey)))
            check_since(of, *log)

        report.check(EVIDENCE, "is continued", continued)
    for name in sorted({*bundle.names("checkpoint")} - known):
        report.fail(name, "it is of no checkpoint in the bundle", code_of(name, "added"))


def check_given(
    path: Path,
    given: argparse.Namespace,
    signed: tuple[int, bytes],
    leaves: bytes | None,
    report: Report,
) -> None:
    """A checkpoint that the auditor was given before: the log of the bundle continues it."""

    def continued() -> int:
        note = as_signed(path.read_bytes())
        earlier = check_checkpoint(note, LogKey(vkey_of(note, given.log_vkey)))
        check_since(earlier, signed, leaves)
        return earlier[0]

    size = report.check(path.name, "is continued", continued, "checkpoint_invalid")
    if size is not None:
        report.notes.append(f"the log continues the checkpoint of {size} entries in {path.name}")


def show(report: Report, *, as_json: bool) -> None:
    """Print what was found: notes, what is not proved, failures, and the result last."""
    result = f"{report.failures} FAILURE(S)" if report.failures else "VERIFIED"
    if as_json:
        told = {
            "result": result,
            "failures": report.failed,
            "checks": report.held + report.failures,
            "notes": report.notes,
            "unproved": report.unproved,
        }
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
        return
    lines = [f"NOTE {note}" for note in dict.fromkeys(report.notes)]
    lines += [f"NOTE not proved by this bundle: {what}" for what in report.unproved]
    lines.append(f"OK   {report.held} checks")
    shown = report.failed[:SHOWN]
    lines += [f"FAIL {one['file']}: {one['reason']} [{one['code']}]" for one in shown]
    if len(report.failed) > SHOWN:
        lines.append(f"FAIL {len(report.failed) - SHOWN} more, all in --json")
    for line in (*lines, f"RESULT: {result}"):
        sys.stdout.write(printable(line) + "\n")


if __name__ == "__main__":
    sys.exit(main())
