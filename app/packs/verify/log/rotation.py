"""Keys that a log had before: which of them may have signed a checkpoint."""

from __future__ import annotations

from app.packs.verify.checks import decimal, decode
from app.packs.verify.container.files import Bundle
from app.packs.verify.log.checkpoint import NOTE
from app.trust.time.openssl import Refused


def signing_vkey(bundle: Bundle, vkeys: str) -> str:
    """The line of log.vkey whose key the bundle's checkpoint names."""
    try:
        note = bundle.read(NOTE)
    except Refused:
        note = b""  # its own check tells
    return vkey_of(note, vkeys)


def vkey_of(note: bytes, vkeys: str) -> str:
    """The line of log.vkey whose key a checkpoint names: the first, or a former one in its time.

    Former keys stand below the first as `<vkey> <size of the last checkpoint it signed>`. For a
    larger checkpoint the first key is asked, which then has not signed it.
    """
    current, *former = vkeys.split("\n")
    try:
        text, _, lines = note.decode("utf-8").rpartition("\n\n")
        size = decimal(text.split("\n")[1])
        named = {decode(line.rpartition(" ")[2])[:4].hex() for line in lines.splitlines()}
    except (ValueError, IndexError):
        return current  # what is wrong with the checkpoint, its own check tells
    for line in former:
        vkey, _, until = line.strip().partition(" ")
        if vkey.partition("+")[2].partition("+")[0] in named and size <= decimal(until):
            return vkey
    return current
