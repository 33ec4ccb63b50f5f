"""What is known of a checkpoint: its root, and what its token says about time."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.rows.log import Checkpoint as IndexedCheckpoint
from app.db.rows.log import add_checkpoint, indexed_checkpoints
from app.evidence.canonical import parse, sha256
from app.evidence.record import RECORD_SCHEMA, entry_key, instant
from app.services.log.checkpoints import Checkpoint, checkpoint_sizes, read_checkpoint, token_names
from app.store.base import Store
from app.trust.keys.keyring import NoteSigner
from app.trust.time.timestamp import TimeAuthority, Timestamp, recognise
from app.trust.time.token import TimestampRefusedError

NO_TOKEN = "awaiting timestamp"  # noqa: S105 - what is shown where a token is missing
STRANGER = "an authority that is not configured"
RANKS: Mapping[str, int] = {"development": 0, "public": 1, "qualified": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """What a token says, and who says it."""

    at: datetime | None
    authority: str
    assurance: str
    """development (proves nothing about time), public, qualified, or unverified."""
    exact: str = ""
    """`at` as RFC 3339 text, with every digit that the authority gave; empty without a token."""
    also: tuple[str, ...] = ()
    """Further configured authorities that date the same checkpoint."""


def dated(checkpoint: Checkpoint, authorities: Sequence[TimeAuthority]) -> Dated:
    """Judge a checkpoint's tokens by the pinned roots of the configured authorities.

    The best assurance speaks; among equals the first.
    """
    if not checkpoint.tokens:
        return Dated(at=None, authority=NO_TOKEN, assurance="none")
    known = list(_recognised(checkpoint, authorities))
    if not known:
        return Dated(at=None, authority=STRANGER, assurance="unverified")
    best = max(known, key=lambda token: RANKS[token.assurance])
    also = dict.fromkeys(token.authority for token in known if token.authority != best.authority)
    return Dated(
        at=best.at,
        exact=best.exact,
        authority=best.authority,
        assurance=best.assurance,
        also=tuple(also),
    )


def _recognised(
    checkpoint: Checkpoint, authorities: Sequence[TimeAuthority]
) -> Iterator[Timestamp]:
    for token in checkpoint.tokens:
        with contextlib.suppress(TimestampRefusedError):  # verification names what is wrong
            yield recognise(token.response, checkpoint.dated_by(token), authorities)


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


def signed_at(store: Store, size: int) -> datetime:
    """When a checkpoint was signed, at the earliest: the time of the newest entry under it.

    A note carries no time; this one is our own clock's, and the token's is the authority's.
    """
    entry = parse(store.get(entry_key(size - 1)))
    if entry["schema"] == RECORD_SCHEMA:
        return instant(entry["time"]["collected_at"])
    return instant(entry["at"])
