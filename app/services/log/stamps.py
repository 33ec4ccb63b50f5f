"""Tokens for one checkpoint: of two independent authorities, late if need be, renewed in time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from cryptography import x509

from app.errors import StoreConflictError
from app.services.log.checkpoints import Checkpoint, made_token, read_tokens, token_key
from app.store.base import Store
from app.trust.time.authorities import WANTED, checkable_until, independent, vouching
from app.trust.time.timestamp import (
    TimeAuthority,
    TimestampUnavailableError,
    stamp,
)
from app.trust.time.timestamp_token import TimestampRefusedError

Clock = Callable[[], datetime]


def completed(
    store: Store, checkpoint: Checkpoint, now: Clock, authorities: Sequence[TimeAuthority]
) -> Checkpoint:
    """The checkpoint with a token of each of two independent authorities, or of the only one.

    Whoever does not answer is told in `awaiting`, and asked again the next time. Tokens are
    write-once: none that is there is ever replaced.
    """
    groups = independent(authorities)
    vouched = {vouching(t.response, checkpoint.dated_by(t), groups) for t in checkpoint.tokens}
    vouched.discard(None)
    silent: list[str] = (
        [] if groups else ["no time authority gave a usable timestamp (none is configured)"]
    )
    for place, group in enumerate(groups):
        if len(vouched) >= WANTED:
            break
        if place in vouched:
            continue
        try:
            response = stamp(checkpoint.note, group, now).response
        except TimestampUnavailableError as error:
            silent.append(error.message)
            continue
        checkpoint = _kept(store, checkpoint, response)
        vouched.add(place)
    enough = len(vouched) >= min(WANTED, len(groups)) and groups
    return replace(checkpoint, awaiting="" if enough else "; ".join(silent))


def answering(
    authorities: Sequence[TimeAuthority], now: Clock
) -> dict[str, tuple[TimeAuthority, ...]]:
    """Up to two independent authorities that answer now, by the name of the one that did.

    A bundle announces its authorities before they date it, so they are asked for a token of
    nothing first. Raises TimestampUnavailableError when none answers.
    """
    found: dict[str, tuple[TimeAuthority, ...]] = {}
    silent: list[str] = []
    for group in independent(authorities):
        if len(found) == WANTED:
            break
        try:
            found[stamp(b"", group, now).authority] = group
        except TimestampUnavailableError as error:
            silent.append(error.message)
    if not found:
        raise TimestampUnavailableError("; ".join(silent) or "no time authority is configured")
    return found


def is_short(checkpoint: Checkpoint, authorities: Sequence[TimeAuthority]) -> bool:
    """True when a token is missing that the configured authorities could give."""
    groups = independent(authorities)
    vouched = {vouching(t.response, checkpoint.dated_by(t), groups) for t in checkpoint.tokens}
    return len(vouched - {None}) < min(WANTED, len(groups))


def renewed(
    store: Store, checkpoint: Checkpoint, now: Clock, authorities: Sequence[TimeAuthority]
) -> Checkpoint:
    """The checkpoint with one more token, over its note and every token before.

    Nothing is stored unless it can be checked longer than those before it. Raises
    TimestampUnavailableError.
    """
    roots = [root for authority in authorities for root in authority.roots]
    before = last_checkable(checkpoint, roots)
    everything = checkpoint.note + b"".join(token.response for token in checkpoint.tokens)
    stamped = stamp(everything, authorities, now)
    if before is not None and checkable_until(stamped.response, roots) <= before:
        return checkpoint
    return _kept(store, checkpoint, stamped.response)


def last_checkable(checkpoint: Checkpoint, roots: Sequence[x509.Certificate]) -> datetime | None:
    """Until when every token that none renews can be checked without `--at`; None without any."""
    last = max((token.number for token in checkpoint.tokens if token.renewal), default=1)
    found = []
    for token in checkpoint.tokens[last - 1 :]:
        try:
            found.append(checkable_until(token.response, roots))
        except TimestampRefusedError:  # a damaged token dates nothing: verification names it
            continue
    return min(found, default=None)


def _kept(store: Store, checkpoint: Checkpoint, response: bytes) -> Checkpoint:
    size, note, tokens = checkpoint.size, checkpoint.note, checkpoint.tokens
    try:
        store.put_once(token_key(size, len(tokens) + 1), response)
    except StoreConflictError:  # another process was first, and its token is as good
        return replace(checkpoint, tokens=read_tokens(store, size, note))
    return replace(checkpoint, tokens=(*tokens, made_token(note, tokens, response)))
