"""One record, proven again from the store alone: its bytes, what it names, its place in the log."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import NotFoundError
from app.evidence.canonical import sha256
from app.evidence.merkle import leaf_hash, verify_inclusion
from app.evidence.note import CheckpointBody, NoteError, open_checkpoint
from app.evidence.record import entry_key
from app.evidence.tiles import MissingTileError, TileLog
from app.services.checkpoints import StoreTiles, checkpoint_key, checkpoint_sizes, found
from app.services.entry_verification import Finding, NamedObjects, entry_findings
from app.services.log_verification import token_findings
from app.services.ports import Ports
from app.services.reading import indexed
from app.services.verifying import Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordVerification:
    """What was found when a record was read again."""

    record_id: str
    seq: int
    intact: bool
    """True when nothing is at fault."""
    sealed_sha256: str
    """Digest of the record as the index knows it."""
    found_sha256: str | None
    """Digest of the bytes in the store now; None when they are missing."""
    checkpoint_size: int | None
    """The checkpoint that was asked; None when none covers the record yet."""
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    """What is merely awaited."""


def verify_record(ports: Ports, record_id: str) -> RecordVerification:
    """A broken seal is an answer, not an error: only an unknown record raises NotFoundError."""
    sealed = indexed(ports, record_id).record
    data = found(ports.store, entry_key(sealed.seq))
    findings = list(_entry(ports, sealed.seq, data, sealed.sha256))
    covering = next((s for s in reversed(checkpoint_sizes(ports.store)) if s > sealed.seq), None)
    if covering is None:
        findings.append(_awaited(sealed.seq))
    else:
        findings += _seal(ports, sealed.seq, data, covering)
    faults = tuple(Fault(object=f.key, reason=f.reason) for f in findings if f.broken)
    return RecordVerification(
        record_id=record_id,
        seq=sealed.seq,
        intact=not faults,
        sealed_sha256=sealed.sha256,
        found_sha256=sha256(data) if data is not None else None,
        checkpoint_size=covering,
        faults=faults,
        notes=tuple(f"{f.key}: {f.reason}" for f in findings if not f.broken),
    )


def _awaited(seq: int) -> Finding:
    return Finding(key=entry_key(seq), reason="no checkpoint covers it yet", broken=False)


def _entry(ports: Ports, seq: int, data: bytes | None, digest: str) -> Iterator[Finding]:
    key = entry_key(seq)
    if data is None:
        yield Finding(key=key, reason="the entry is missing")
        return
    if sha256(data) != digest:
        yield Finding(key=key, reason="its bytes have another digest than when it was sealed")
    yield from entry_findings(seq, data, None)
    yield from NamedObjects(ports.store).findings(key, data)


def _seal(ports: Ports, seq: int, data: bytes | None, size: int) -> Iterator[Finding]:
    """Signature, token and inclusion proof of the checkpoint that covers the record."""
    name = checkpoint_key(size)
    try:
        body = open_checkpoint(ports.store.get(name), ports.trust.log.key)
    except (NoteError, NotFoundError) as error:
        yield Finding(key=name, reason=str(error))
        return
    roots = [root for authority in ports.witnesses for root in authority.roots]
    yield from token_findings(ports.store, size, roots)
    if body.size != size:
        yield Finding(key=name, reason=f"it speaks for {body.size} entries")
    elif data is not None:
        yield from _inclusion(ports, seq, data, body)


def _inclusion(ports: Ports, seq: int, data: bytes, body: CheckpointBody) -> Iterator[Finding]:
    try:
        hashes = TileLog(StoreTiles(ports.store), body.size).inclusion(seq)
    except MissingTileError as error:
        yield Finding(key=error.key, reason="the tile is missing or too short")
        return
    if not verify_inclusion(leaf_hash(data), seq, body.size, hashes, body.root):
        yield Finding(
            key=entry_key(seq),
            reason=f"it is not proven to be entry {seq} under checkpoint {body.size}",
        )
