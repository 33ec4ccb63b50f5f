"""What the auditor asks of the verifier, and the anchors he gives it."""

from __future__ import annotations

import argparse
import re
import shutil
from datetime import datetime, timezone
from pathlib import Path

from app.packs.verify.checks import need, printable
from app.packs.verify.log.logkey import LogKey
from app.packs.verify.log.witness import witness_keys
from app.packs.verify.seals.signer import Pins, fingerprint
from app.trust.time.openssl import openssl


def options() -> argparse.Namespace:
    """What was asked for, once it can be done. Wrong use ends the program with 2."""
    parser = arguments()
    given = parser.parse_args()
    given.time_root = given.time_root or [given.root]
    try:
        need_openssl()
        need_files(given)
        given.pins = Pins(tuple(given.seal_subject), tuple(map(fingerprint, given.seal_cert)))
        given.witness = witness_keys(given.witness)
        given.at = None if given.at is None else moment(given.at)
        given.log_vkey = log_vkeys(given.log_vkey)
    except ValueError as error:
        parser.error(printable(str(error)))
    return given


def need_files(given: argparse.Namespace) -> None:
    """What is named is there. Raises Refused."""
    need(given.root or alone(given), "a bundle needs --root")
    lists = [given.crl] if given.crl else []
    files = [] if alone(given) else [given.bundle or ".", given.root, *given.time_root]
    for path in (*files, *lists, *given.since, *given.redacted, *given.revealed):
        need(Path(path).exists(), f"there is no {path}")
    place = Path(given.bundle or ".")
    ours = alone(given) or place.is_file() or (place / "META-INF").is_dir()
    need(ours, f"{place} is no unpacked bundle; name a folder that is, or an .asice file")


def log_vkeys(text: str) -> str:
    """The log's keys, a line each, from the text itself or the file it names. Raises Refused."""
    if "+" not in text and Path(text).is_file():
        text = Path(text).read_text("utf-8-sig")
    for line in text.strip().split("\n"):
        LogKey(line.strip().partition(" ")[0])
    return text.strip()


def need_openssl() -> None:
    """What passes for openssl elsewhere refuses sound seals. Raises Refused."""
    need(shutil.which("openssl"), "the openssl command is missing; install OpenSSL 3")
    version = openssl("version").strip()
    found = re.match("OpenSSL ([0-9]+)", version)
    need(found and int(found[1]) >= 3, f"OpenSSL 3 is needed; this computer has {version[:60]!r}")


def alone(given: argparse.Namespace) -> bool:
    """Whether there are redacted copies and no bundle: they are proven by the log's key alone."""
    return bool(given.redacted) and given.bundle is None


def moment(text: str) -> int:
    """Seconds since 1970 from a number or an ISO 8601 instant, UTC unless it says otherwise."""
    if text.isdigit():
        return int(text)
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162 - Python 3.8
    return int((at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp())  # noqa: UP017 - Python 3.8


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
        default=[],
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
