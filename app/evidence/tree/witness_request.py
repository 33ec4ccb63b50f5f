"""What a witness is asked (c2sp.org/tlog-witness, add-checkpoint): old size, proof, checkpoint."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from app.evidence.tree.note import NoteError, decode

LONGEST = 1 << 16
"""Bytes of a request: 63 hashes and a note of 16 signatures fit many times."""
_MAX_HASHES = 63
_HASH = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class WitnessRequest:
    """A request, parsed; nothing in it is believed yet."""

    old_size: int
    proof: tuple[bytes, ...]
    """Consistency proof from the old size to the checkpoint (RFC 6962, section 2.1.2)."""
    note: bytes
    """The log's signed checkpoint."""


def format_request(old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """The body of a request."""
    lines = [f"old {old_size}", *(base64.b64encode(one).decode() for one in proof)]
    return ("\n".join(lines) + "\n\n").encode() + note


def parse_request(data: bytes) -> WitnessRequest:
    """Read the body of a request. Raises NoteError."""
    if len(data) > LONGEST:
        raise NoteError(f"a request has at most {LONGEST} bytes")
    head, found, note = data.partition(b"\n\n")
    try:
        first, *hashes = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise NoteError("the lines before the checkpoint are ASCII") from error
    if not found:
        raise NoteError("a request is an old size, a proof, an empty line and a checkpoint")
    word, _, size = first.partition(" ")
    if word != "old" or not size.isdigit() or str(int(size[:20])) != size:
        raise NoteError("the first line is `old` and a tree size")
    if len(hashes) > _MAX_HASHES:
        raise NoteError(f"a proof has at most {_MAX_HASHES} hashes")
    proof = tuple(decode(line) for line in hashes)
    if any(len(one) != _HASH for one in proof):
        raise NoteError(f"a hash of the proof is {_HASH} bytes")
    return WitnessRequest(old_size=int(size), proof=proof, note=note)
