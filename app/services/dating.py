"""What is known of a checkpoint: its root, and what its token says about time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.log import Checkpoint as IndexedCheckpoint
from app.db.log import add_checkpoint, latest_checkpoint
from app.evidence.canonical import parse, sha256
from app.evidence.record import RECORD_SCHEMA, entry_key, instant
from app.services.checkpoints import Checkpoint, checkpoint_sizes, read_checkpoint
from app.store.base import Store
from app.trust.keys import NoteSigner
from app.trust.timestamp import TimeAuthority, TimestampRefusedError, recognise

NO_TOKEN = "awaiting timestamp"  # noqa: S105 - what is shown where a token is missing
STRANGER = "an authority that is not configured"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """What a token says, and who says it."""

    at: datetime | None
    authority: str
    assurance: str
    """development (proves nothing about time), public, qualified, or unverified."""


def dated(checkpoint: Checkpoint, authorities: Sequence[TimeAuthority]) -> Dated:
    """Judge a checkpoint's token by the pinned roots of the configured authorities."""
    if checkpoint.timestamp is None:
        return Dated(at=None, authority=NO_TOKEN, assurance="none")
    try:
        token = recognise(checkpoint.timestamp, checkpoint.note, authorities)
    except TimestampRefusedError:
        return Dated(at=None, authority=STRANGER, assurance="unverified")
    return Dated(at=token.at, authority=token.authority, assurance=token.assurance)


def index_checkpoints(
    session: Session, store: Store, signer: NoteSigner, authorities: Sequence[TimeAuthority]
) -> None:
    """Index checkpoints that will not change any more: stamped, or covered by a later one."""
    known = latest_checkpoint(session)
    sizes = [s for s in checkpoint_sizes(store) if known is None or s > known.size]
    for size in sizes:
        checkpoint = read_checkpoint(store, signer, size)
        if checkpoint.timestamp is None and size == sizes[-1]:
            return
        facts = dated(checkpoint, authorities)
        add_checkpoint(
            session,
            IndexedCheckpoint(
                size=size,
                root=checkpoint.root.hex(),
                note_sha256=sha256(checkpoint.note),
                signed_at=facts.at or _last_entry_time(store, size),
                stamped_at=facts.at,
                authority=facts.authority,
                assurance=facts.assurance,
            ),
        )


def _last_entry_time(store: Store, size: int) -> datetime:
    """A note carries no time: without a token the newest entry under it is all we know."""
    entry = parse(store.get(entry_key(size - 1)))
    if entry["schema"] == RECORD_SCHEMA:
        return instant(entry["time"]["collected_at"])
    return instant(entry["at"])
