"""A consistency proof as one file: both checkpoints and the hashes that lead from one to the other.

C2SP has no format for it; this one is written like its tlog-proof, so that the same readers serve.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from app.evidence.tree.merkle import verify_consistency
from app.evidence.tree.note import CheckpointBody, NoteError, VerifierKey, decode, open_checkpoint

HEADER = "annexa tlog-consistency@v1"
_EARLIER, _LATER = "--- earlier checkpoint\n", "--- later checkpoint\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsistencyProof:
    """A parsed proof: hashes, and two signed notes, verbatim."""

    hashes: tuple[bytes, ...]
    earlier: bytes
    later: bytes


def format_consistency(earlier: bytes, later: bytes, hashes: Sequence[bytes]) -> str:
    """Text of the file (RFC 9162, section 2.1.4, for the hashes)."""
    lines = [HEADER, *(base64.b64encode(each).decode() for each in hashes)]
    return "\n".join(lines) + f"\n{_EARLIER}{earlier.decode()}{_LATER}{later.decode()}"


def parse_consistency(text: str) -> ConsistencyProof:
    """Read a proof without verifying it. Raises NoteError."""
    head, found, notes = text.partition(_EARLIER)
    earlier, between, later = notes.partition(_LATER)
    header, *lines = head.removesuffix("\n").split("\n")
    if header != HEADER or not found or not between:
        raise NoteError(f"a consistency proof begins with {HEADER} and has two checkpoints")
    hashes = tuple(decode(line) for line in lines)
    if any(len(each) != 32 for each in hashes):
        raise NoteError("a proof has hashes of 32 bytes")
    return ConsistencyProof(hashes=hashes, earlier=earlier.encode(), later=later.encode())


def verify_consistency_file(text: str, key: VerifierKey) -> tuple[CheckpointBody, CheckpointBody]:
    """Both checkpoints, once `key` verified each and the later extends the earlier.

    Raises NoteError saying what does not hold.
    """
    proof = parse_consistency(text)
    old, new = (open_checkpoint(note, key) for note in (proof.earlier, proof.later))
    if not verify_consistency(old.size, new.size, old.root, new.root, proof.hashes):
        raise NoteError(f"the log of {new.size} entries does not continue the one of {old.size}")
    return old, new
