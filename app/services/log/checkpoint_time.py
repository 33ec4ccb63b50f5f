"""What is known of a checkpoint: its root, and what its token says about time."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.evidence.canonical import sealed_json
from app.evidence.record import RECORD_SCHEMA, entry_key, instant
from app.services.log.checkpoints import Checkpoint
from app.store.base import Store
from app.trust.time.timestamp import TimeAuthority, Timestamp, recognise
from app.trust.time.timestamp_token import TimestampRefusedError

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


def signed_at(store: Store, size: int) -> datetime:
    """When a checkpoint was signed, at the earliest: the time of the newest entry under it.

    A note carries no time; this one is our own clock's, and the token's is the authority's.
    """
    entry = sealed_json(store.get(entry_key(size - 1)))
    if entry["schema"] == RECORD_SCHEMA:
        return instant(entry["time"]["collected_at"])
    return instant(entry["at"])
