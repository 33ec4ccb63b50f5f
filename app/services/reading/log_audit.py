"""What an auditor asks of the log: proofs, its checkpoints, and whether it only ever grew."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.db.rows.log import checkpoints as indexed
from app.errors import NotFoundError, UsageError, VerificationFailedError
from app.evidence.canonical import sealed_json, sha256
from app.evidence.record import RECORD_SCHEMA, utc
from app.evidence.tree.consistency import format_consistency
from app.evidence.tree.proof import format_proof
from app.evidence.tree.tiles import MissingTileError, TileLog
from app.services.home.installation import Ports
from app.services.log.checkpoint_time import dated, signed_at
from app.services.log.checkpoints import (
    Checkpoint,
    StoreTiles,
    checkpoint_key,
    checkpoint_sizes,
    latest_checkpoint,
    read_checkpoint,
    read_tokens,
    token_names,
)
from app.services.proof.held_checkpoint import held_findings
from app.services.proof.whole_store import Fault, Findings
from app.store.base import Store
from app.trust.time.timestamp_token import TimestampRefusedError, read_token


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenCheckpoint:
    """A checkpoint with its two times."""

    size: int
    root: str
    """Hexadecimal."""
    signed_at: datetime
    """By our own clock."""
    stamped_at: datetime | None
    """By the time authority; None while one is awaited."""
    stamped_exact: str
    """The same as RFC 3339 text, with every digit that the authority gave; empty without one."""
    authority: str
    assurance: str
    tokens: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenEntry:
    """An entry of the log, in one line."""

    seq: int
    kind: str
    at: str
    what: str
    sha256: str


def entry_proof(ports: Ports, seq: int, size: int | None = None) -> str:
    """C2SP tlog-proof of an entry under the last checkpoint, or the one of `size`.

    Raises NotFoundError when that checkpoint does not cover it, VerificationFailedError when tiles
    are missing.
    """
    checkpoint = _checkpoint(ports, size)
    if not 0 <= seq < checkpoint.size:
        raise NotFoundError(
            f"entry {seq} is not covered by the checkpoint of {checkpoint.size} entries",
            code="entry_unknown",
        )
    hashes = _from_tiles(ports.store, checkpoint.size, lambda tiles: tiles.inclusion(seq))
    return format_proof(seq, hashes, checkpoint.note)


def consistency_proof(ports: Ports, old: int, new: int | None = None) -> str:
    """Both checkpoints, and the hashes that lead from the earlier to the later one.

    Raises UsageError for sizes in the wrong order, NotFoundError for a size without a checkpoint,
    VerificationFailedError when tiles are missing.
    """
    later = _checkpoint(ports, new)
    if old > later.size:
        raise UsageError(f"the earlier checkpoint ({old}) is not before the later ({later.size})")
    earlier = _checkpoint(ports, old)
    hashes = _from_tiles(ports.store, later.size, lambda tiles: tiles.consistency(earlier.size))
    return format_consistency(earlier.note, later.note, hashes)


def verify_since(ports: Ports, note: bytes) -> Findings:
    """Is the log still the one that a checkpoint, given to somebody earlier, spoke for?

    It is signed by this log's key, and a consistency proof leads from it to today's: nothing
    before it was altered, removed or inserted since. A log rolled back or forked is named so.
    """
    found = list(held_findings(ports.store, ports.trust.log.key, note))
    faults = tuple(Fault.of(each) for each in found)
    size = max(checkpoint_sizes(ports.store), default=0)
    return Findings(
        what="the log since the given checkpoint",
        result=f"{len(faults)} fault(s)" if faults else f"VERIFIED, it has grown to {size} entries",
        faults=faults,
    )


def seen_checkpoints(ports: Ports) -> Iterator[SeenCheckpoint]:
    """Every checkpoint, ascending: from the index, those that await a timestamp from the store."""
    tokens = token_names(ports.store)
    with ports.database.read() as session:
        known = {row.size: row for row in indexed(session)}
    for size in checkpoint_sizes(ports.store):
        row = known.get(size)
        if row is None:
            yield _unindexed(ports, size, len(tokens.get(size, [])))
            continue
        yield SeenCheckpoint(
            size=size,
            root=row.root,
            signed_at=row.signed_at,
            stamped_at=row.stamped_at,
            stamped_exact=_exact(ports.store, size, row.stamped_at),
            authority=row.authority,
            assurance=row.assurance,
            tokens=len(tokens.get(size, [])),
        )


def _exact(store: Store, size: int, at: datetime | None) -> str:
    """The index keeps milliseconds; the token that it speaks of has all digits."""
    if at is None:
        return ""
    note = store.get(checkpoint_key(size))
    for token in read_tokens(store, size, note):
        with contextlib.suppress(TimestampRefusedError):
            read = read_token(token.response)
            if utc(read.at) == utc(at):
                return read.exact
    return utc(at)


def _unindexed(ports: Ports, size: int, tokens: int) -> SeenCheckpoint:
    checkpoint = read_checkpoint(ports.store, ports.trust.log, size)
    facts = dated(checkpoint, ports.known_authorities)
    return SeenCheckpoint(
        size=size,
        root=checkpoint.root.hex(),
        signed_at=signed_at(ports.store, size),
        stamped_at=facts.at,
        stamped_exact=facts.exact,
        authority=facts.authority,
        assurance=facts.assurance,
        tokens=tokens,
    )


def seen_entries(ports: Ports, first: int | None, limit: int) -> Iterator[SeenEntry]:
    """Entries from `first`, or the newest ones. Raises NotFoundError beyond the end."""
    log = ports.open_log()
    start = max(0, log.size - limit) if first is None else first
    if not 0 <= start < max(1, log.size):
        raise NotFoundError(f"the log has {log.size} entries, from 0 on", code="entry_unknown")
    for seq, data in log.entries(start, min(start + limit, log.size)):
        yield _seen(seq, data)


def _seen(seq: int, data: bytes) -> SeenEntry:
    entry: dict[str, Any] = sealed_json(data)
    if entry["schema"] != RECORD_SCHEMA:
        kind, at, what = entry["kind"], entry["at"], f"by {entry['actor']}"
    else:
        scope = entry["what"]["scope"]["subscription_id"] or "the tenant"
        kind, at = "record", entry["time"]["collected_at"]
        what = f"{entry['what']['collector']} in {scope}: {entry['what']['outcome']}"
    return SeenEntry(seq=seq, kind=kind, at=at, what=what, sha256=sha256(data))


def _checkpoint(ports: Ports, size: int | None) -> Checkpoint:
    if size is None:
        last = latest_checkpoint(ports.store, ports.trust.log)
        if last is None:
            raise NotFoundError("the log has no checkpoint yet", code="checkpoint_unknown")
        return last
    try:
        return read_checkpoint(ports.store, ports.trust.log, size)
    except NotFoundError:
        raise NotFoundError(
            f"the log has no checkpoint of {size} entries; see `annexa log checkpoints`",
            code="checkpoint_unknown",
        ) from None


def _from_tiles(store: Store, size: int, asked: Callable[[TileLog], list[bytes]]) -> list[bytes]:
    try:
        return asked(TileLog(StoreTiles(store), size))
    except MissingTileError as error:
        raise VerificationFailedError(f"{error}; see what else is: annexa verify") from error
