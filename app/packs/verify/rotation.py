"""Keys that a log had before: which of them may have signed a checkpoint."""

from __future__ import annotations

from app.packs.verify.checks import Bundle, decimal, decode
from app.trust.time.openssl import Refused

SIGNED = "checkpoint/checkpoint"


def signing_vkey(bundle: Bundle, vkeys: str) -> str:
    """The line of log.vkey whose key the checkpoint names: the first, or a former one in its time.

    Former keys stand below the first as `<vkey> <size of the last checkpoint it signed>`. For a
    larger checkpoint the first key is asked, which then has not signed it.
    """
    try:
        note = bundle.read(SIGNED)
    except Refused:
        note = b""
    return vkey_for(note, vkeys)


def vkey_for(note: bytes, vkeys: str) -> str:
    """The same of any checkpoint."""
    current, *former = vkeys.split("\n")
    try:
        text, _, lines = note.decode("utf-8").rpartition("\n\n")
        size = decimal(text.split("\n")[1])
        named = {decode(line.rpartition(" ")[2])[:4].hex() for line in lines.splitlines()}
    except (Refused, ValueError, IndexError):
        return current  # what is wrong with the checkpoint, its own check tells
    for line in former:
        vkey, _, until = line.strip().partition(" ")
        if vkey.partition("+")[2].partition("+")[0] in named and size <= decimal(until):
            return vkey
    return current
