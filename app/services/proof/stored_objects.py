"""What protects each object, as it was read back when written: put into the log, and compared.

A run's event `stored` names listings (derived objects: key and protection) and the `stored` event
before it, so that all of them are found from the end of the log without the index.
"""

import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.db.engine.database import Database
from app.db.rows.log import LoggedEvent, newest_event
from app.errors import NotFoundError
from app.evidence.canonical import canonical, parse, sha256
from app.evidence.events.run_events import Listing, Stored, WeakestProtection
from app.evidence.events.shape import MalformedEventError
from app.evidence.record import derived_key, entry_key, instant
from app.evidence.run import Run
from app.services.home.installation import Ports
from app.services.log.checkpoints import CHECKPOINTS, checkpoint_key, checkpoint_sizes, found
from app.services.log.evidence_log import EvidenceLog
from app.services.proof.entries import Finding, named_by_entry, parsed
from app.services.proof.fault_codes import code_of
from app.store.base import Protection, Store, weaker, weakest

_A_LISTING = 5000
"""Objects a listing: about a megabyte."""
_AT_ONCE = 16


def stored_since(ports: Ports, log: EvidenceLog, run: Run) -> Stored:
    """Write the listings of what was stored since the last event `stored`; the event of this run.

    Entries, checkpoints and tokens that another process wrote meanwhile are read back now.
    Raises UnavailableError.
    """
    before = _last(ports.database)
    taken = ports.store.take_stored()
    read_back = dict(taken.read_back)
    if read_back:
        read_back |= _read_back(ports.store, log, before, read_back)
    weak = weakest(read_back.values()) or Protection(mode="tamper-evident only")
    return Stored(
        run_id=run.id,
        connection_id=run.connection_id,
        slot=run.slot,
        store=ports.store.label,
        objects=len(read_back) if read_back else taken.objects,
        previous=None if before is None else before.seq,
        listings=_written(ports.store, read_back),
        weakest=WeakestProtection(mode=weak.mode, until=weak.until, legal_hold=weak.legal_hold),
    )


def stored_findings(store: Store) -> Iterator[Finding]:
    """Objects that are now less protected than when they were written, or other ones.

    Raises UnavailableError.
    """
    judged: set[str] = set()
    for digest in _listings(store):
        key = derived_key(digest)
        data = found(store, key)
        read_back = None if data is None or sha256(data) != digest else _stored(data)
        if read_back is None:
            said = "the protections of a night, as read back, are missing or altered"
            yield Finding(key=key, reason=said, code="receipts_invalid")
            continue
        new = {key: one for key, one in read_back.items() if key not in judged}
        judged |= new.keys()
        yield from _compared(store, new)


def _last(database: Database) -> LoggedEvent[Stored] | None:
    with database.read() as session:
        return newest_event(session, Stored)


def _read_back(
    store: Store,
    log: EvidenceLog,
    before: LoggedEvent[Stored] | None,
    known: Mapping[str, Protection],
) -> dict[str, Protection]:
    """Of what a process wrote after its last event, and then ended; tiles follow from entries."""
    first = 0 if before is None else before.seq
    keys: list[str] = []
    for seq in range(first, log.size):
        if entry_key(seq) not in known:
            keys += [entry_key(seq), *_named(store, seq)]
    keys += [key for key in store.list(CHECKPOINTS) if key >= checkpoint_key(first)]
    listings = () if before is None else before.fact.listings
    keys += [derived_key(listing.sha256) for listing in listings]
    return {key: store.protection(key) for key in keys if key not in known}


def _named(store: Store, seq: int) -> Iterator[str]:
    for key, _ in named_by_entry(parsed(store.get(entry_key(seq))) or {}):
        yield key


def _written(store: Store, read_back: Mapping[str, Protection]) -> tuple[Listing, ...]:
    listings: list[Listing] = []
    ordered = sorted(read_back)
    for start in range(0, len(ordered), _A_LISTING):
        keys = ordered[start : start + _A_LISTING]
        data = canonical({key: read_back[key].detail() for key in keys})
        store.put_once(derived_key(sha256(data)), data)
        listings.append(Listing(sha256=sha256(data), objects=len(keys)))
    return tuple(listings)


def _listings(store: Store) -> Iterator[str]:
    """Digests of all listings, those of the last night first."""
    seq = max(checkpoint_sizes(store), default=0) - 1
    while seq >= 0:
        data = found(store, entry_key(seq))
        body = None if data is None else parsed(data)
        seq -= 1
        if body is None or body.get("kind") != Stored.KIND:
            continue
        with contextlib.suppress(MalformedEventError):  # the walk of the log names it
            stored = Stored.of(body.get("detail"))
            yield from [listing.sha256 for listing in stored.listings]
            seq = -1 if stored.previous is None else min(seq, stored.previous)


def _stored(data: bytes) -> dict[str, Protection] | None:
    """Protection by key; None when these are no protections."""
    try:
        return {key: _protection(told) for key, told in parse(data).items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _compared(store: Store, read_back: Mapping[str, Protection]) -> Iterator[Finding]:
    def now(key: str) -> Protection | None:
        try:
            return store.protection(key)
        except NotFoundError:
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for key, told in zip(read_back, pool.map(now, read_back), strict=True):
            if told is None:
                said = "it was deleted: the store no longer lists it"
                yield Finding(key=key, reason=said, code=code_of(key, "missing"))
            else:
                yield from _differences(key, read_back[key], told)


def _differences(key: str, then: Protection, now: Protection) -> Iterator[Finding]:
    if then.version_id != now.version_id:
        reason = "another version stands under this key than the one that was sealed"
        yield Finding(key=key, reason=reason, code=code_of(key, "changed"))
        return
    if then.etag != now.etag:
        said = "it was changed after it was sealed: its ETag is another one"
        yield Finding(key=key, reason=said, code=code_of(key, "changed"))
    if weaker(_policy(now), _policy(then)):
        reason = f"its protection was weakened from {_said(then)} to {_said(now)}"
        yield Finding(key=key, reason=reason, code="protection_weakened")
    if then.legal_hold and not now.legal_hold:
        reason = "its legal hold was removed; see `annexa hold list`"
        yield Finding(key=key, reason=reason, broken=False)


def _policy(one: Protection) -> Protection:
    return Protection(mode=one.mode, until=one.until)


def _said(one: Protection) -> str:
    return one.mode + (f" until {one.until:%Y-%m-%d %H:%M:%S} UTC" if one.until else "")


def _protection(told: Mapping[str, Any]) -> Protection:
    until = told["until"]
    return Protection(**{**told, "until": None if until is None else instant(until)})
