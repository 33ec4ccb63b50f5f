"""C2SP tlog-proof: one file that proves, offline, that an entry is in the log."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from app.evidence.tree.merkle import leaf_hash, verify_inclusion
from app.evidence.tree.note import CheckpointBody, NoteError, VerifierKey, decode, open_checkpoint

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """A parsed tlog-proof: where the entry stands, its inclusion proof, and the checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note, verbatim."""
    extra: bytes | None = None
    """Opaque and not authenticated: never trusted."""


def format_proof(
    index: int, hashes: Sequence[bytes], checkpoint: bytes, extra: bytes | None = None
) -> str:
    """Text of a `.tlog-proof` file (c2sp.org/tlog-proof)."""
    lines = [HEADER]
    if extra is not None:
        lines.append(f"extra {base64.b64encode(extra).decode()}")
    lines.append(f"index {index}")
    lines.extend(base64.b64encode(each).decode() for each in hashes)
    return "\n".join(lines) + "\n\n" + checkpoint.decode()


def parse_proof(text: str) -> Proof:
    """Read a tlog-proof without verifying it. Raises NoteError."""
    head, found, checkpoint = text.partition("\n\n")
    header, *lines = head.split("\n")
    if header != HEADER or not found:
        raise NoteError(f"a proof begins with {HEADER} and ends with a checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise NoteError("a proof says the index of its entry")
    return Proof(
        index=_decimal(lines[0].removeprefix("index ")),
        hashes=tuple(_hash(line) for line in lines[1:]),
        checkpoint=checkpoint.encode(),
        extra=extra,
    )


def verify_proof(text: str, entry: bytes, key: VerifierKey) -> tuple[Proof, CheckpointBody]:
    """Proof and checkpoint, once the entry is proven to be in the log of `key`.

    Raises NoteError saying what does not hold.
    """
    proof = parse_proof(text)
    body = open_checkpoint(proof.checkpoint, key)
    if not verify_inclusion(leaf_hash(entry), proof.index, body.size, proof.hashes, body.root):
        raise NoteError(f"the entry is not number {proof.index} of the log at size {body.size}")
    return proof, body


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or str(int(text)) != text:
        raise NoteError(f"{text!r} is no index")
    return int(text)


def _hash(line: str) -> bytes:
    data = decode(line)
    if len(data) != 32:
        raise NoteError("a proof has hashes of 32 bytes")
    return data
