"""Witnesses: who else saw this log, and vouches that nobody was shown another history of it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone
from pathlib import Path

from app.packs.verify.checks import Report, decode, need
from app.packs.verify.container.files import Bundle
from app.packs.verify.log.checkpoint import NOTE
from app.packs.verify.seals.signatures import ed25519

COSIGNED = "checkpoint/cosigned"
TYPE, TIME = 4, 8
"""Signature type of cosignature/v1, and the bytes of its timestamp."""


class WitnessKey:
    """A witness's key from its C2SP vkey, of type 0x04 (c2sp.org/tlog-cosignature)."""

    def __init__(self, vkey: str) -> None:
        self.name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        key = decode(encoded)
        expected = hashlib.sha256(self.name.encode() + b"\n" + key).digest()[:4]
        sound = self.name and len(key) == 33 and key[0] == TYPE and key_id == expected.hex()
        need(sound, "a witness's vkey is <name>+<id>+<Ed25519 key of type 0x04>")
        self.key_id, self.public = expected, key[1:]

    def verify(self, raw: bytes, text: str) -> int:
        """When it cosigned this text, in seconds since 1970. Raises Refused."""
        at = int.from_bytes(raw[:TIME], "big")
        message = f"cosignature/v1\ntime {at}\n{text}"
        ed25519(self.public, raw[TIME:], message.encode())
        return at


def witness_keys(given: list[str]) -> list[WitnessKey]:
    """The keys of a command line: each a vkey, or a file with one a line. Raises Refused."""
    keys = []
    for one in given:
        is_file = "+" not in one and Path(one).is_file()
        text = Path(one).read_text("utf-8") if is_file else one
        keys += [WitnessKey(line) for line in text.splitlines() if line.strip()]
    return keys


def check_witnesses(bundle: Bundle, keys: list[WitnessKey], report: Report) -> None:
    """Each given witness has cosigned the bundle's checkpoint; others are named, not believed."""
    text, lines = "", {}
    if bundle.has(COSIGNED):
        text, lines = report.check(
            COSIGNED,
            "is the checkpoint with further signatures",
            lambda: read_cosigned(bundle),
            "cosignature_invalid",
        ) or ("", {})
    for key in keys:
        raw = lines.pop((key.name, key.key_id), None)
        if raw is None:
            reason = f"the witness {key.name} has not cosigned this checkpoint"
            report.fail(COSIGNED, reason, "witness_missing")
            continue
        run = lambda key=key, raw=raw: key.verify(raw, text)  # noqa: E731 - one line
        at = report.check(COSIGNED, f"is by {key.name}", run, "cosignature_invalid")
        if at is not None:
            report.notes.append(f"the witness {key.name} cosigned this log at {moment_of(at)}")
    for name, _ in lines:
        report.notes.append(f"a cosignature by {name} was not verified: give its key (--witness)")
    if not lines and not keys:
        report.unproved.append("that no other history of this log was shown (no witness)")


def read_cosigned(bundle: Bundle) -> tuple[str, dict[tuple[str, bytes], bytes]]:
    """The checkpoint's text, and the lines that the log's own note does not have, by key."""
    note, cosigned = (bundle.read(name).decode("utf-8") for name in (NOTE, COSIGNED))
    need(cosigned.startswith(note), "it is not the checkpoint with lines added below")
    lines = {}
    for line in cosigned[len(note) :].splitlines():
        dash, name, encoded = (*line.split(" "), "", "")[:3]
        raw = decode(encoded)
        need(dash == "\u2014" and len(raw) > 4, "a signature line cannot be read")
        need((name, raw[:4]) not in lines, f"{name} signed it twice")
        lines[name, raw[:4]] = raw[4:]
    return note.rpartition("\n\n")[0] + "\n", lines


def moment_of(at: int) -> str:
    """An instant for people, or the number where no calendar has it."""
    try:
        return datetime.fromtimestamp(at, timezone.utc).isoformat()  # noqa: UP017 - Python 3.8
    except (OverflowError, OSError, ValueError):
        return f"{at} seconds since 1970"
