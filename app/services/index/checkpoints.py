"""Checkpoints become rows once they are stamped."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.db.rows.log import IndexedCheckpoint, add_checkpoint, indexed_checkpoints
from app.evidence.canonical import sha256
from app.services.log.checkpoint_time import dated, signed_at
from app.services.log.checkpoints import checkpoint_sizes, read_checkpoint, token_names
from app.store.base import Store
from app.trust.keys.keyring import NoteSigner
from app.trust.time.timestamp import TimeAuthority


def index_checkpoints(
    session: Session, store: Store, signer: NoteSigner, authorities: Sequence[TimeAuthority]
) -> None:
    """Index checkpoints once they are stamped, however late, since rows never change."""
    known = indexed_checkpoints(session)
    stamped = token_names(store)
    for size in checkpoint_sizes(store):
        if size in known or size not in stamped:
            continue
        checkpoint = read_checkpoint(store, signer, size)
        facts = dated(checkpoint, authorities)
        add_checkpoint(
            session,
            IndexedCheckpoint(
                size=size,
                root=checkpoint.root.hex(),
                note_sha256=sha256(checkpoint.note),
                signed_at=signed_at(store, size),
                stamped_at=facts.at,
                authority=facts.authority,
                assurance=facts.assurance,
            ),
        )
