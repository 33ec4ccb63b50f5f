"""A reader of proofs: what whoever holds the log's key does with one."""

from dataclasses import dataclass

from app.evidence.tree import consistency
from app.evidence.tree.merkle import leaf_hash, verify_consistency, verify_inclusion
from app.evidence.tree.note import CheckpointBody, NoteError, VerifierKey, decode, open_checkpoint
from app.evidence.tree.proof import HEADER

EARLIER, LATER = "--- earlier checkpoint\n", "--- later checkpoint\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """A parsed tlog-proof: where the entry stands, its inclusion proof, and the checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note, verbatim."""
    extra: bytes | None = None
    """Opaque and not authenticated: never trusted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsistencyProof:
    """A parsed proof: hashes, and two signed notes, verbatim."""

    hashes: tuple[bytes, ...]
    earlier: bytes
    later: bytes


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


def parse_consistency(text: str) -> ConsistencyProof:
    """Read a proof without verifying it. Raises NoteError."""
    head, found, notes = text.partition(EARLIER)
    earlier, between, later = notes.partition(LATER)
    header, *lines = head.removesuffix("\n").split("\n")
    if header != consistency.HEADER or not found or not between:
        raise NoteError(
            f"a consistency proof begins with {consistency.HEADER} and has two checkpoints"
        )
    hashes = tuple(decode(line) for line in lines)
    if any(len(each) != 32 for each in hashes):
        raise NoteError("a proof has hashes of 32 bytes")
    return ConsistencyProof(hashes=hashes, earlier=earlier.encode(), later=later.encode())


def verify_proof(text: str, entry: bytes, key: VerifierKey) -> tuple[Proof, CheckpointBody]:
    """Proof and checkpoint, once the entry is proven to be in the log of `key`.

    Raises NoteError saying what does not hold.
    """
    proof = parse_proof(text)
    body = open_checkpoint(proof.checkpoint, key)
    if not verify_inclusion(leaf_hash(entry), proof.index, body.size, proof.hashes, body.root):
        raise NoteError(f"the entry is not number {proof.index} of the log at size {body.size}")
    return proof, body


def verify_consistency_file(text: str, key: VerifierKey) -> tuple[CheckpointBody, CheckpointBody]:
    """Both checkpoints, once `key` verified each and the later extends the earlier.

    Raises NoteError saying what does not hold.
    """
    proof = parse_consistency(text)
    old, new = (open_checkpoint(note, key) for note in (proof.earlier, proof.later))
    if not verify_consistency(old.size, new.size, old.root, new.root, proof.hashes):
        raise NoteError(f"the log of {new.size} entries does not continue the one of {old.size}")
    return old, new


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or str(int(text)) != text:
        raise NoteError(f"{text!r} is no index")
    return int(text)


def _hash(line: str) -> bytes:
    data = decode(line)
    if len(data) != 32:
        raise NoteError("a proof has hashes of 32 bytes")
    return data
