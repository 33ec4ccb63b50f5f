"""A checkpoint that somebody was given out of band: is the log still the one it spoke for?"""

from collections.abc import Iterator

from app.evidence.tree.merkle import verify_consistency
from app.evidence.tree.note import NoteError, VerifierKey, open_checkpoint
from app.evidence.tree.tiles import MissingTileError, TileLog
from app.services.log.checkpoints import StoreTiles, checkpoint_key, checkpoint_sizes
from app.services.proof.entries import Finding
from app.services.proof.fault_codes import note_code
from app.store.base import Store

HELD = "the given checkpoint"


def held_findings(store: Store, key: VerifierKey, note: bytes) -> Iterator[Finding]:
    """What keeps the log of this store from being a continuation of a checkpoint given earlier.

    Only this tells a log that was rolled back: what is left of it is whole in itself. Nothing is
    found when a consistency proof (RFC 9162, section 2.1.4) leads from the one to the other.
    """
    try:
        held = open_checkpoint(note, key)
    except NoteError as error:
        yield Finding(key=HELD, reason=str(error), code=note_code(note, key))
        return
    size = max(checkpoint_sizes(store), default=0)
    if size < held.size:
        reason = f"the log was rolled back: it ends at {size}, the given checkpoint at {held.size}"
        yield Finding(key=checkpoint_key(held.size), reason=reason, code="log_rolled_back")
        return
    name = checkpoint_key(size)
    try:
        last = open_checkpoint(store.get(name), key)
        proof = TileLog(StoreTiles(store), last.size).consistency(held.size)
    except NoteError as error:
        code = note_code(store.get(name), key)
        yield Finding(key=name, reason=str(error), code=code)
    except (MissingTileError, ValueError) as error:
        said = f"no proof leads to it from {held.size}: {error}"
        yield Finding(key=name, reason=said, code="consistency_broken")
    else:
        if not verify_consistency(held.size, last.size, held.root, last.root, proof):
            reason = f"its log is not a continuation of the given checkpoint of {held.size}"
            yield Finding(key=name, reason=reason, code="consistency_broken")
