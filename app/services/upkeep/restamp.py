"""Checkpoints that await a timestamp get one late; those whose tokens soon expire get another."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.errors import WriterBusyError
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.log.checkpoint_time import signed_at
from app.services.log.checkpoints import (
    Checkpoint,
    checkpoint_sizes,
    latest_checkpoint,
    read_checkpoint,
    token_names,
)
from app.services.log.stamps import completed, is_short, last_checkable, renewed
from app.trust.time.timestamp import TimestampUnavailableError

LOG = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaiting:
    """A checkpoint that lacks a token."""

    size: int
    signed_at: datetime
    """By our own clock: all that is known of its time until an authority answers."""
    reason: str = ""


@dataclass(kw_only=True, slots=True)
class Restamped:
    """What a round of stamping did."""

    stamped: tuple[int, ...] = ()
    """Sizes of checkpoints that have a token, or a second one, that they awaited."""
    renewed: tuple[int, ...] = ()
    """Sizes whose tokens can be checked longer now."""
    awaiting: tuple[Awaiting, ...] = ()
    expiring: tuple[int, ...] = field(default=())
    """Sizes whose tokens expire soon though the authority offers no longer-lived one yet."""


def awaiting(ports: Ports) -> list[Awaiting]:
    """Checkpoints without any token, oldest first."""
    stamped = token_names(ports.store)
    sizes = [size for size in checkpoint_sizes(ports.store) if size not in stamped]
    return [Awaiting(size=size, signed_at=signed_at(ports.store, size)) for size in sizes]


def stamp_awaiting(ports: Ports) -> Restamped:
    """Ask again for checkpoints without a token, and for the last one's second. For each tick.

    Nobody is kept from writing meanwhile: a token is an object of its own, written once.
    """
    waiting = [one.size for one in awaiting(ports)]
    last = latest_checkpoint(ports.store, ports.trust.log)
    if last is not None and last.tokens and is_short(last, ports.authorities):
        waiting.append(last.size)
    done = _stamp(ports, waiting)
    _index(ports, done)
    for size in done.stamped:
        LOG.info("checkpoint_stamped_late", size=size)
    return done


def restamp(ports: Ports, expiring_within: timedelta | None, *, every: bool = False) -> Restamped:
    """Stamp what awaits it, complete what lacks a second authority, renew what soon expires.

    With `every` all checkpoints are renewed. Tokens are added and never replaced.
    """
    sizes = checkpoint_sizes(ports.store)
    done = _stamp(ports, [size for size in sizes if _lacking(ports, size)])
    if every or expiring_within is not None:
        until = None if every or expiring_within is None else ports.now() + expiring_within
        held = {one.size for one in done.awaiting}
        _renew(ports, done, (size for size in sizes if size not in held), until)
    _index(ports, done)
    return done


def _lacking(ports: Ports, size: int) -> bool:
    return is_short(_read(ports, size), ports.authorities)


def _stamp(ports: Ports, sizes: Iterable[int]) -> Restamped:
    stamped: list[int] = []
    lacking: list[Awaiting] = []
    silent = ""
    for size in sizes:
        before = _read(ports, size)
        # once nobody answers, the others wait for the next round rather than for each time-out
        after = before if silent else _asked(ports, before)
        if len(after.tokens) > len(before.tokens):
            stamped.append(size)
        else:
            silent = silent or after.awaiting
        if not after.tokens:
            at = signed_at(ports.store, size)
            lacking.append(Awaiting(size=size, signed_at=at, reason=silent))
    return Restamped(stamped=tuple(stamped), awaiting=tuple(lacking))


def _asked(ports: Ports, checkpoint: Checkpoint) -> Checkpoint:
    return completed(ports.store, checkpoint, ports.now, ports.authorities)


def _renew(ports: Ports, done: Restamped, sizes: Iterable[int], until: datetime | None) -> None:
    roots = [root for authority in ports.known_authorities for root in authority.roots]
    renewals: list[int] = []
    left: list[int] = []
    for size in sizes:
        checkpoint = _read(ports, size)
        checkable = last_checkable(checkpoint, roots)
        if until is not None and checkable is not None and checkable > until:
            continue
        try:
            after = renewed(ports.store, checkpoint, ports.now, ports.authorities)
        except TimestampUnavailableError as error:
            LOG.warning("checkpoint_not_renewed", size=size, reason=error.message)
            after = checkpoint
        longer = len(after.tokens) > len(checkpoint.tokens)
        (renewals if longer else left).append(size)
    done.renewed, done.expiring = tuple(renewals), tuple(left)


def _read(ports: Ports, size: int) -> Checkpoint:
    return read_checkpoint(ports.store, ports.trust.log, size)


def _index(ports: Ports, done: Restamped) -> None:
    if not done.stamped:
        return
    try:
        with ports.writer("indexing late timestamps"):
            catch_up(ports, ports.open_log())
    except WriterBusyError:
        LOG.info("index_waits", stamped=len(done.stamped))  # who writes now indexes them as well
