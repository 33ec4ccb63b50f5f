"""The command line of the verifier."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from app.packs.verify.checks import Bundle, Report, need
from app.packs.verify.container import SEAL, check_files, check_manifest, stamps_of, unpack
from app.packs.verify.layout import check_layout
from app.packs.verify.log import check_log
from app.packs.verify.logkey import LogKey
from app.packs.verify.rotation import signing_vkey
from app.packs.verify.signatures import check_seal
from app.packs.verify.signer import Pins, check_signer, fingerprint
from app.packs.verify.times import check_bundle_times, check_checkpoint_times


def main() -> int:
    """Verify one bundle. 0: verified, 5: something did not verify; wrong use exits with 2."""
    parser = arguments()
    given = parser.parse_args()
    given.time_root = given.time_root or [given.root]
    try:
        need(shutil.which("openssl"), "the openssl command is missing; install OpenSSL 3")
        lists = [given.crl] if given.crl else []
        for path in (given.bundle, given.root, *given.time_root, *lists):
            need(Path(path).exists(), f"there is no {path}")
        given.pins = Pins(tuple(given.seal_subject), tuple(map(fingerprint, given.seal_cert)))
        given.at = None if given.at is None else moment(given.at)
        if "+" not in given.log_vkey and Path(given.log_vkey).is_file():
            given.log_vkey = Path(given.log_vkey).read_text("utf-8")
        given.log_vkey = given.log_vkey.strip()
        for line in given.log_vkey.split("\n"):
            LogKey(line.strip().partition(" ")[0])
    except ValueError as error:
        parser.error(str(error))
    report = opened(given)
    show(report, as_json=given.json)
    return 5 if report.failures else 0


def opened(given: argparse.Namespace) -> Report:
    """All checks, on a folder or on a bundle unpacked for the while."""
    report, place = Report(), Path(given.bundle)
    with tempfile.TemporaryDirectory() as folder:
        if place.is_file():
            layout = lambda: check_layout(place)  # noqa: E731 - one line
            report.check(place.name, "is laid out as its files make it", layout)
            report.check(place.name, "is a zip", lambda: unpack(place, Path(folder), report))
        verify(Bundle(place if place.is_dir() else Path(folder)), given, report)
    return report


def verify(bundle: Bundle, given: argparse.Namespace, report: Report) -> None:
    """All checks on a folder."""
    lists = [given.crl] if given.crl else []
    roots = [Path(path) for path in (given.root, *given.time_root, *lists)]
    anchors = {path.name: path.read_text("utf-8", "replace") for path in roots}
    stamps = stamps_of(bundle, report)
    check_files(bundle, {**anchors, "log.vkey": given.log_vkey}, stamps, report)
    check_manifest(bundle, SEAL, report)
    at = [] if given.at is None else ["-attime", str(given.at)]
    root = ["-CAfile", given.root, *at]
    sealed = lambda: check_seal(bundle, SEAL, root, given.crl)  # noqa: E731 - one line
    report.notes += report.check(SEAL[0], f"is sealed by {SEAL[1]}", sealed, "seal_invalid") or []
    check_signer(bundle, SEAL, given.pins, report)
    for names in stamps:
        check_manifest(bundle, names, report, SEAL)
    check_bundle_times(bundle, stamps, given.time_root, given.at, report)
    check_checkpoint_times(bundle, given.time_root, given.at, report)
    check_log(bundle, LogKey(signing_vkey(bundle, given.log_vkey)), report)


def moment(text: str) -> int:
    """Seconds since 1970 from a number or an ISO 8601 instant, UTC unless it says otherwise."""
    if text.isdigit():
        return int(text)
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162 - Python 3.8
    return int((at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp())  # noqa: UP017 - Python 3.8


def show(report: Report, *, as_json: bool) -> None:
    """Print the answers, and the result last."""
    result = f"{report.failures} FAILURE(S)" if report.failures else "VERIFIED"
    if as_json:
        failures = [
            {"file": line["file"], "reason": line["what"], "code": line["code"]}
            for line in report.lines
            if not line["ok"]
        ]
        told = {
            "result": result,
            "failures": failures,
            "checks": len(report.lines),
            "notes": report.notes,
        }
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
        return
    for line in report.lines:
        code = "" if line["ok"] else f" [{line['code']}]"
        mark = "OK  " if line["ok"] else "FAIL"
        sys.stdout.write(f"{mark} {line['file']}: {line['what']}{code}\n")
    for note in report.notes:
        sys.stdout.write(f"NOTE {note}\n")
    sys.stdout.write(f"RESULT: {result}\n")


def arguments() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(description="Verify an evidence bundle.")
    parser.add_argument("bundle", nargs="?", default=".", help="folder or .asice file")
    parser.add_argument("--root", required=True, help="PEM root of the seal")
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
    parser.add_argument("--crl", help="PEM revocation list, newer than the one inside")
    parser.add_argument("--at", help="judge certificates at this time (once they have expired)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


if __name__ == "__main__":
    sys.exit(main())
