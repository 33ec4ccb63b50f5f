"""The newest checkpoint signed here, remembered outside the store: one set back is noticed.

What is left of a log that was rolled back is whole in itself, and signing on top of it makes a
fork: two logs under one name. So each writer first asks what it remembers.
"""

from typing import Protocol

from app.errors import RefusedError, VerificationFailedError
from app.evidence.tree.merkle import verify_consistency
from app.evidence.tree.note import CheckpointBody
from app.evidence.tree.tiles import MissingTileError, TileLog
from app.services.log.checkpoints import Checkpoint, StoreTiles
from app.store.base import Store


class RememberedHead(Protocol):
    """What is known of the log besides what its store says."""

    def newest(self) -> CheckpointBody | None:
        """The newest checkpoint known; None when nothing is."""
        ...

    def keep(self, note: bytes) -> None:
        """Remember this signed checkpoint from now on."""
        ...


def refuse_rolled_back(store: Store, known: CheckpointBody, last: Checkpoint | None) -> None:
    """Raise VerificationFailedError unless the store's last checkpoint continues the known one.

    Continues: a consistency proof leads from one to the other (RFC 9162, section 2.1.4).
    """
    size = last.size if last is not None else 0
    if last is None or size < known.size:
        raise rolled_back(
            f"the store's log ends at {size}, yet checkpoint {known.size} was signed here: the "
            "store was set back or entries were taken away"
        )
    if not _continues(store, known, last):
        raise rolled_back(
            f"the store's log of {size} entries does not continue checkpoint {known.size}, which "
            "was signed here: the store holds another log under the same name"
        )


def _continues(store: Store, known: CheckpointBody, last: Checkpoint) -> bool:
    if last.size == known.size:
        return last.root == known.root
    try:
        proof = TileLog(StoreTiles(store), last.size).consistency(known.size)
    except (MissingTileError, ValueError) as error:
        raise VerificationFailedError(f"{error}; see what else is: annexa verify") from error
    return verify_consistency(known.size, last.size, known.root, last.root, proof)


def unremembered(size: int) -> RefusedError:
    """The refusal to write to a log of which nothing is known here but what its store says."""
    return RefusedError(
        f"nothing here remembers the log of this store, which ends at {size}, so an older copy of "
        "it would be continued unnoticed: `annexa log resume --checkpoint FILE` takes the newest "
        "checkpoint that anybody holds (docs/operate.md, Backup and restore)",
        code="log_unremembered",
    )


def rolled_back(what: str) -> VerificationFailedError:
    """The refusal, with what was found and the next step."""
    return VerificationFailedError(
        f"{what}. Nothing was signed; bring the newest copy of the store back (docs/operate.md, "
        "When the log was rolled back)",
        code="log_rolled_back",
    )
