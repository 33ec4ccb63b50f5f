"""One record, proven again from the store alone: its bytes, what it names, its place in the log."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.evidence.canonical import sha256
from app.evidence.record import entry_key
from app.evidence.tree.merkle import leaf_hash, verify_inclusion
from app.evidence.tree.note import CheckpointBody, NoteError, open_checkpoint
from app.evidence.tree.tiles import MissingTileError, TileLog
from app.services.home.installation import Ports
from app.services.index.records import indexed
from app.services.log.checkpoints import StoreTiles, checkpoint_key, checkpoint_sizes, found
from app.services.proof.entries import Finding, NamedObjects, entry_findings
from app.services.proof.fault_codes import note_code
from app.services.proof.log_walk import token_findings
from app.services.proof.whole_store import Fault
from app.services.redaction.sealed_commitments import SealedCommitments
from app.store.base import Store
from app.trust.keys.salt_key import read_salts


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
    prover = EntryProver(ports)
    findings = list(prover.findings(sealed.seq, sealed.sha256))
    return RecordVerification(
        record_id=record_id,
        seq=sealed.seq,
        intact=not any(f.broken for f in findings),
        sealed_sha256=sealed.sha256,
        found_sha256=sha256(data) if data is not None else None,
        checkpoint_size=prover.covering(sealed.seq),
        faults=tuple(Fault.of(f) for f in findings if f.broken),
        notes=tuple(f"{f.key}: {f.reason}" for f in findings if not f.broken),
    )


class EntryProver:
    """Proves entries of the log one by one; what several of them need is judged once."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._named = NamedObjects(ports.store, _commitments(ports))
        self._sizes = checkpoint_sizes(ports.store)
        self._checkpoints: dict[int, CheckpointBody | None] = {}

    def covering(self, seq: int) -> int | None:
        """Size of the last checkpoint, if that covers the entry."""
        return next((size for size in reversed(self._sizes) if size > seq), None)

    def findings(self, seq: int, digest: str | None) -> Iterator[Finding]:
        """What does not hold of an entry. `digest` is the one it was sealed with, if known."""
        key = entry_key(seq)
        data = found(self._ports.store, key)
        if data is None:
            yield Finding(key=key, reason="the entry is missing", code="record_missing")
        else:
            yield from self._entry(key, seq, data, digest)
        size = self.covering(seq)
        if size is None:
            yield Finding(key=key, reason="no checkpoint covers it yet", broken=False)
            return
        if size not in self._checkpoints:
            yield from self._checkpoint(size)
        body = self._checkpoints[size]
        if body is not None and data is not None:
            yield from _inclusion(self._ports.store, seq, data, body)

    def _entry(self, key: str, seq: int, data: bytes, digest: str | None) -> Iterator[Finding]:
        if digest is not None and sha256(data) != digest:
            said = "its bytes have another digest than when it was sealed"
            yield Finding(key=key, reason=said, code="record_changed")
        yield from entry_findings(seq, data, None)
        yield from self._named.findings(key, data)

    def _checkpoint(self, size: int) -> Iterator[Finding]:
        """Signature and tokens of a checkpoint; keeps what it says if its key has signed it."""
        ports, name = self._ports, checkpoint_key(size)
        self._checkpoints[size] = None
        note = found(ports.store, name) or b""
        try:
            body = open_checkpoint(note, ports.trust.log.key)
        except NoteError as error:
            yield Finding(key=name, reason=str(error), code=note_code(note, ports.trust.log.key))
            return
        roots = [root for authority in ports.known_authorities for root in authority.roots]
        yield from token_findings(ports.store, size, roots)
        if body.size != size:
            said = f"it speaks for {body.size} entries"
            yield Finding(key=name, reason=said, code="checkpoint_misplaced")
        else:
            self._checkpoints[size] = body


def _commitments(ports: Ports) -> SealedCommitments:
    return SealedCommitments(ports.store, read_salts(ports.trust.folder))


def _inclusion(store: Store, seq: int, data: bytes, body: CheckpointBody) -> Iterator[Finding]:
    try:
        hashes = TileLog(StoreTiles(store), body.size).inclusion(seq)
    except MissingTileError as error:
        said = "the tile is missing or too short"
        yield Finding(key=error.key, reason=said, code="tile_missing")
        return
    if not verify_inclusion(leaf_hash(data), seq, body.size, hashes, body.root):
        said = f"it is not proven to be entry {seq} under checkpoint {body.size}"
        yield Finding(key=entry_key(seq), reason=said, code="proof_invalid")
