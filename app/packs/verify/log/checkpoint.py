"""Checkpoints: what the log's key has signed, and whether one continues another."""

from __future__ import annotations

from app.packs.verify.checks import decimal, decode, need
from app.packs.verify.log.logkey import LogKey
from app.packs.verify.log.tiles import root_of
from app.trust.time.openssl import Refused

NOTE, EVIDENCE = "checkpoint/checkpoint", "checkpoint/evidence"
"""The one that all proofs lead to; the one of the time of the evidence, which the PDF names."""

MARK = b"\xef\xbb\xbf"
"""How some editors begin a text in UTF-8."""


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


def as_signed(note: bytes) -> bytes:
    """A checkpoint as the log wrote it, of one that came by mail or through a text editor.

    These end lines by CR and LF, drop the last line end or mark the text as UTF-8; no signed
    checkpoint does.
    """
    text = note[len(MARK) :] if note.startswith(MARK) else note  # noqa: FURB188 - Python 3.8
    return text.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"


def check_since(
    earlier: tuple[int, bytes], signed: tuple[int, bytes], leaves: bytes | None
) -> None:
    """The log of the bundle continues the one of an earlier checkpoint. Raises Refused.

    Both roots are computed from the same leaves, so that the earlier tree is the start of this one.
    """
    newer = f"it is of {earlier[0]} entries, newer than the checkpoint of the bundle"
    need(earlier[0] <= signed[0], newer, "checkpoint_newer")
    if leaves is None:
        need(earlier == signed, "the bundle has no tiles to prove it with", "consistency_unproved")
        return
    same = root_of(leaves, earlier[0]) == earlier[1]
    need(same, "the log of the bundle does not continue it", "consistency_broken")
