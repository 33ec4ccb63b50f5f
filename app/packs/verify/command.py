"""The command line of the verifier."""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import sys
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

from app.packs.verify.checks import Report, code_of, need, printable
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
from app.packs.verify.log.witness import COSIGNED, check_witnesses, witness_keys
from app.packs.verify.period.period import Period
from app.packs.verify.redacted import check_copy, read_revealed
from app.packs.verify.seals.pdf import PDF, check_pdf
from app.packs.verify.seals.signatures import check_seal
from app.packs.verify.seals.signer import Pins, check_signer, fingerprint
from app.packs.verify.seals.times import check_bundle_times, check_checkpoint_times, numbered
from app.trust.time.openssl import openssl

SHOWN = 200
"""Failures printed one by one; all of them are in the JSON."""


def main() -> int:
    """Verify one bundle. 0: verified, 5: something did not verify; wrong use exits with 2."""
    parser = arguments()
    given = parser.parse_args()
    given.time_root = given.time_root or [given.root]
    given.since = given.since or []
    try:
        need_openssl()
        need(given.root or alone(given), "a bundle needs --root")
        lists = [given.crl] if given.crl else []
        files = [] if alone(given) else [given.bundle or ".", given.root, *given.time_root]
        for path in (*files, *lists, *given.since, *given.redacted, *given.revealed):
            need(Path(path).exists(), f"there is no {path}")
        place = Path(given.bundle or ".")
        ours = alone(given) or place.is_file() or (place / "META-INF").is_dir()
        need(ours, f"{place} is no unpacked bundle; name a folder that is, or an .asice file")
        given.pins = Pins(tuple(given.seal_subject), tuple(map(fingerprint, given.seal_cert)))
        given.witness = witness_keys(given.witness)
        given.at = None if given.at is None else moment(given.at)
        if "+" not in given.log_vkey and Path(given.log_vkey).is_file():
            given.log_vkey = Path(given.log_vkey).read_text("utf-8-sig")
        given.log_vkey = given.log_vkey.strip()
        for line in given.log_vkey.split("\n"):
            LogKey(line.strip().partition(" ")[0])
    except ValueError as error:
        parser.error(printable(str(error)))
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


def need_openssl() -> None:
    """What passes for openssl elsewhere refuses sound seals. Raises Refused."""
    need(shutil.which("openssl"), "the openssl command is missing; install OpenSSL 3")
    version = openssl("version").strip()
    found = re.match("OpenSSL ([0-9]+)", version)
    need(found and int(found[1]) >= 3, f"OpenSSL 3 is needed; this computer has {version[:60]!r}")


def alone(given: argparse.Namespace) -> bool:
    """Whether there are redacted copies and no bundle: they are proven by the log's key alone."""
    return bool(given.redacted) and given.bundle is None


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


def moment(text: str) -> int:
    """Seconds since 1970 from a number or an ISO 8601 instant, UTC unless it says otherwise."""
    if text.isdigit():
        return int(text)
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162 - Python 3.8
    return int((at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp())  # noqa: UP017 - Python 3.8


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


def arguments() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(description="Verify an evidence bundle.")
    parser.add_argument("bundle", nargs="?", help="folder or .asice file; default: .")
    parser.add_argument("--root", help="PEM root of the seal")
    parser.add_argument(
        "--time-root",
        action="append",
        help="PEM root of a time authority, once for each; default: --root",
    )
    parser.add_argument("--log-vkey", required=True, help="the log's key, or a file that holds it")
    parser.add_argument(
        "--seal-subject",
        action="append",
        default=[],
        metavar="TEXT",
        help="who must have sealed, such as 'O=Example Hospital'; more than once: one of them",
    )
    parser.add_argument(
        "--seal-cert",
        action="append",
        default=[],
        metavar="FILE|SHA256",
        help="the certificate that must have sealed; more than once: one of them",
    )
    parser.add_argument(
        "--since",
        action="append",
        help="a checkpoint that you were given before, which the log has to continue",
    )
    parser.add_argument(
        "--period",
        help="FIRST..LAST (days, such as 2026-01-01..2026-03-31) that must be whole; default: the "
        "period of the pack",
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="VKEY|FILE",
        help="the key of a witness that must have cosigned the log, once for each",
    )
    parser.add_argument("--crl", help="PEM revocation list, newer than the one inside")
    parser.add_argument("--at", help="judge time authorities at this time (once they have expired)")
    parser.add_argument(
        "--redacted", action="append", default=[], help="copy with parts hidden, once for each"
    )
    parser.add_argument(
        "--revealed", action="append", default=[], help="what is told of hidden parts of a copy"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


if __name__ == "__main__":
    sys.exit(main())
