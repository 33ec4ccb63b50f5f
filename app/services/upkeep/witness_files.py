"""Witnesses that are asked by file: the request that people carry there, the answer they bring."""

from collections.abc import Sequence

from app.errors import NotFoundError, RefusedError, UsageError
from app.evidence.tree.cosignature import parse_signature_lines
from app.evidence.tree.note import NoteError, NoteSignature, parse_note
from app.services.home.installation import KnownWitness, Ports
from app.services.log.checkpoints import (
    Checkpoint,
    checkpoint_sizes,
    latest_checkpoint,
    read_checkpoint,
)
from app.services.log.cosignatures import keep_cosignature, verified
from app.services.upkeep.witnesses import Cosigning, cosigning, newest_by, request_body, tell


def request_for(ports: Ports, name: str | None, old_size: int | None) -> bytes:
    """What a witness is asked by file: the newest checkpoint, proved from what it cosigned last.

    Raises UsageError for an unknown name or a size beyond, NotFoundError for a log without one.
    """
    checkpoint = latest_checkpoint(ports.store, ports.trust.log)
    if checkpoint is None:
        raise NotFoundError("the log has no checkpoint yet")
    old = old_size
    if old is None:
        old = newest_by(ports.store, _named(ports, name).key) if name else 0
    if not 0 <= old <= checkpoint.size:
        raise UsageError(f"the log has {checkpoint.size} entries; --old is not among its sizes")
    return request_body(ports.store, old, checkpoint)


def add_cosignatures(ports: Ports, data: bytes) -> list[Cosigning]:
    """Keep what a witness answered by file: signature lines, or a checkpoint with them below.

    Only what a configured witness signed over a checkpoint of this log is kept. Raises
    RefusedError (`cosignature_unknown`) when nothing of it is.
    """
    try:
        parsed = parse_note(data) if b"\n\n" in data else None
        signatures = parsed.signatures if parsed else parse_signature_lines(data)
    except NoteError as error:
        raise UsageError(f"that is no answer of a witness: {error}") from error
    done: list[Cosigning] = []
    for size in reversed(checkpoint_sizes(ports.store)):
        checkpoint = read_checkpoint(ports.store, ports.trust.log, size)
        done += _kept(ports, checkpoint, signatures)
        if done:
            break
    if not done:
        raise RefusedError(
            "no configured witness signed a checkpoint of this log there; name it with its vkey "
            "under [[witnesses]] in annexa.toml, or ask it again with `annexa witness request`",
            code="cosignature_unknown",
        )
    tell(ports, done)
    return done


def _kept(
    ports: Ports, checkpoint: Checkpoint, signatures: Sequence[NoteSignature]
) -> list[Cosigning]:
    done = []
    for witness in ports.witnesses:
        for one in signatures:
            for found in verified(checkpoint.note, [one], [witness.key]):
                keep_cosignature(ports.store, checkpoint.size, one)
                done.append(cosigning(witness, checkpoint, found.at))
    return done


def _named(ports: Ports, name: str) -> KnownWitness:
    for one in ports.witnesses:
        if one.name == name:
            return one
    raise UsageError(f"no witness is named {name}: see [[witnesses]] in annexa.toml")
