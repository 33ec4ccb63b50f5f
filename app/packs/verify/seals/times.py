"""Times: each token judged by the openssl command, against the roots of the command line."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from app.packs.verify.checks import Report, need
from app.packs.verify.container.files import Bundle
from app.packs.verify.seals.signatures import element_length
from app.trust.time.openssl import Refused, check_token, seconds

ENDING = re.compile(r"(?:\.([2-9]|[1-9][0-9]))?\.tsr")
"""What the name of a token adds to its checkpoint's; the first has no number."""


def check_bundle_times(
    bundle: Bundle,
    stamps: list[tuple[str, str]],
    roots: list[str],
    at: int | None,
    report: Report,
) -> int | None:
    """The token of each announced authority over the list of all files; each is another one.

    Returns the first moment that one of them proves, in seconds since 1970.
    """
    known: dict[tuple[str, str], str] = {}
    moments = []
    for names in stamps:
        told = check_bundle_time(bundle, names, roots, at, report)
        if not told:
            continue
        who, moment, root = told
        moments.append(seconds(moment))
        if known.setdefault((who, root), names[1]) != names[1]:
            reason = f"{names[1]} is by the same authority as {known[who, root]}"
            report.fail(names[0], reason, "token_repeated")
    return min(moments, default=None)


def check_bundle_time(
    bundle: Bundle, names: tuple[str, str], roots: list[str], at: int | None, report: Report
) -> tuple[str, str, str] | None:
    """The token of one authority over the list of all files: who made it, when, and its root."""
    run = lambda: check_time(bundle, names[1], bundle.path(names[0]), roots, at)  # noqa: E731 - one line
    told: tuple[str, str, str] | None
    told = report.check(names[0], f"is dated by {names[1]}", run, "token_invalid")
    if told:
        report.notes += said(names[0], names[1], told[0], told[1])
    return told


def check_checkpoint_times(
    bundle: Bundle, note: str, roots: list[str], at: int | None, report: Report
) -> None:
    """Every token over a checkpoint, the newest first.

    One that renews the others covers them too: since they existed at its time, they are judged by
    the certificates of that time, which may have expired since (RFC 4998, section 5).
    """
    tokens = numbered(bundle, note)
    if not tokens:
        report.fail(note, "the bundle has no timestamp of it", "token_missing")
    for place in range(len(tokens) - 1, -1, -1):
        name, when = tokens[place], at
        run = lambda: check_one(bundle, note, tokens[: place + 1], roots, when)  # noqa: B023, E731 - run at once
        told = report.check(note, f"is dated by {name}", run, "token_invalid")
        if told:
            renews, who, moment = told
            report.notes += said(note, name, who, moment)
            if renews:
                report.notes.append(f"{name} covers the tokens before it, judged at its time")
                at = seconds(moment)


def check_one(
    bundle: Bundle, note: str, tokens: list[str], roots: list[str], at: int | None
) -> tuple[bool, str, str]:
    """Does the last token cover the checkpoint, or with it the tokens before? Who, and when."""
    name = tokens[-1]
    try:
        return (False, *check_time(bundle, name, bundle.path(note), roots, at)[:2])
    except Refused as error:
        if len(tokens) == 1:
            raise
        plain = error
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "covered"
        data.write_bytes(b"".join(bundle.read(each) for each in (note, *tokens[:-1])))
        try:
            return (True, *check_time(bundle, name, data, roots, at)[:2])
        except Refused as error:
            mismatch = "imprint mismatch" in str(error)
            raise (plain if mismatch else error) from None


def check_time(
    bundle: Bundle, token: str, data: Path, roots: list[str], at: int | None
) -> tuple[str, str, str]:
    """Who says that `data` existed, when, and the root that the token (RFC 3161) chains to."""
    whole = bundle.read(token)
    try:
        # openssl reads the token and leaves what follows
        need(element_length(whole) == len(whole), "something follows the token")
        return check_token(str(bundle.path(token)), ["-data", str(data)], roots, at)
    except Refused as error:
        raise Refused(f"{token}: {error}", error.code or "token_invalid") from None


def numbered(bundle: Bundle, note: str) -> list[str]:
    """Tokens of a checkpoint in their order."""
    found = {}
    for name in bundle.names("checkpoint"):
        match = ENDING.fullmatch(name[len(note) :]) if name.startswith(note) else None
        if match:
            found[int(match[1] or 1)] = name
    return [found[number] for number in sorted(found)]


def said(what: str, token: str, who: str, moment: str) -> list[str]:
    """Notes about a token that verified."""
    told = [f"{what} existed at {moment}, says {who} in {token}"]
    if "DEVELOPMENT" in who:
        told.append("that authority is the organisation's own: it proves nothing about time")
    return told
