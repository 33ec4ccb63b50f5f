"""The log as others see it: its checkpoint, and proofs that it holds and only grows."""

import base64
from dataclasses import dataclass

from app.errors import NotFoundError, UsageError, VerificationFailedError
from app.evidence.tree.proof import format_proof
from app.evidence.tree.tiles import MissingTileError, TileLog
from app.services.home.installation import Ports
from app.services.index.records import indexed
from app.services.log.checkpoints import Checkpoint, StoreTiles, latest_checkpoint, read_checkpoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Consistency:
    """Proof that an earlier log is the beginning of a later one (RFC 9162, section 2.1.4)."""

    origin: str
    from_size: int
    from_root: str
    """Base64, as in the checkpoint."""
    to_size: int
    to_root: str
    hashes: tuple[str, ...]
    """Base64 of the nodes of the proof."""


def current_checkpoint(ports: Ports) -> Checkpoint:
    """The last checkpoint, verified. Raises NotFoundError in an empty log, RefusedError."""
    checkpoint = latest_checkpoint(ports.store, ports.trust.log)
    if checkpoint is None:
        raise NotFoundError("the log has no checkpoint yet", code="checkpoint_unknown")
    return checkpoint


def proof_of(ports: Ports, record_id: str) -> str:
    """C2SP tlog-proof of a record under the last checkpoint.

    Raises NotFoundError, also while no checkpoint covers the record, VerificationFailedError when
    tiles are missing.
    """
    seq = indexed(ports, record_id).record.seq
    checkpoint = current_checkpoint(ports)
    if seq >= checkpoint.size:
        raise NotFoundError(
            f"no checkpoint covers record {record_id} yet; its run is still in work",
            code="checkpoint_unknown",
        )
    try:
        hashes = TileLog(StoreTiles(ports.store), checkpoint.size).inclusion(seq)
    except MissingTileError as error:
        raise VerificationFailedError(f"{error}; see what else is: annexa verify") from error
    return format_proof(seq, hashes, checkpoint.note)


def consistency(ports: Ports, from_size: int, to_size: int | None) -> Consistency:
    """Between two checkpoints, the later one the last unless said otherwise.

    Raises UsageError for sizes in the wrong order, NotFoundError for a size without a checkpoint,
    VerificationFailedError when tiles are missing.
    """
    new = _checkpoint(ports, to_size) if to_size is not None else current_checkpoint(ports)
    if from_size > new.size:
        raise UsageError(f"from ({from_size}) must not be more than to ({new.size})")
    old = _checkpoint(ports, from_size)
    try:
        hashes = TileLog(StoreTiles(ports.store), new.size).consistency(old.size)
    except MissingTileError as error:
        raise VerificationFailedError(f"{error}; see what else is: annexa verify") from error
    return Consistency(
        origin=ports.trust.origin,
        from_size=old.size,
        from_root=_base64(old.root),
        to_size=new.size,
        to_root=_base64(new.root),
        hashes=tuple(_base64(each) for each in hashes),
    )


def _checkpoint(ports: Ports, size: int) -> Checkpoint:
    try:
        return read_checkpoint(ports.store, ports.trust.log, size)
    except NotFoundError:
        raise NotFoundError(
            f"the log has no checkpoint of size {size}", code="checkpoint_unknown"
        ) from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
