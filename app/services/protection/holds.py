"""Holds, longer retention and locks on evidence, each an event of the log."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.db.rows.log import LoggedEvent, events
from app.errors import NotFoundError, RefusedError, UsageError
from app.evidence.canonical import canonical, sealed_json, sha256
from app.evidence.events.protection_events import (
    HoldCleared,
    HoldSet,
    RetentionExtended,
    WormLocked,
)
from app.evidence.record import derived_key, utc
from app.services.home.installation import Ports
from app.services.index.events import record_event
from app.services.protection.period_objects import Days, objects_in
from app.store.base import Protection, Store
from app.store.canary import PREFIX as CANARIES
from app.store.factory import protector
from app.store.retention import Protector

_AT_ONCE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A legal hold of an engagement on the evidence of a period."""

    engagement: str
    days: Days
    since: datetime
    objects: int
    keys_sha256: str
    """Digest of the derived object that lists the keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What a change of protection reached."""

    objects: int
    changed: int
    left: int
    """Objects left as they were: another hold needs them, or they have no policy to lock."""


def set_hold(ports: Ports, engagement: str, days: Days) -> Kept:
    """Put every object of a period under legal hold; safe to repeat.

    Raises NotFoundError for an empty period, RefusedError where the store cannot.
    """
    if not engagement.strip():
        raise UsageError("the engagement needs a name")
    keep = protector(ports.store)
    found = objects_in(ports, days)
    changed = _changed(ports.store, found.keys, lambda key: keep.hold(key, on=True))
    listing = canonical(list(found.keys))
    ports.store.put_once(derived_key(sha256(listing)), listing)
    fact = HoldSet(
        engagement=engagement,
        first=days.first,
        last=days.last,
        records=found.records,
        objects=len(found.keys),
        changed=changed,
        keys_sha256=sha256(listing),
    )
    record_event(ports, fact, actor="annexa hold")
    return Kept(objects=len(found.keys), changed=changed, left=0)


def clear_hold(ports: Ports, engagement: str, days: Days | None) -> list[Kept]:
    """Clear the holds of an engagement, all or the one of these days.

    What another hold needs stays held. Raises NotFoundError when there is no such hold.
    """
    if ports.settings.store.legal_hold:
        raise RefusedError(
            "annexa.toml puts every object under legal hold (store.legal_hold): a single "
            "engagement's hold cannot be cleared from it",
            code="hold_by_settings",
        )
    asked = [h for h in holds(ports, engagement) if days is None or h.days == days]
    if not asked:
        which = "" if days is None else f" from {days.first} to {days.last}"
        raise NotFoundError(
            f"no legal hold of {engagement!r}{which} stands; see `annexa hold list`",
            code="hold_unknown",
        )
    return [_clear(ports, hold) for hold in asked]


def holds(ports: Ports, engagement: str | None = None) -> list[Hold]:
    """The holds that stand, oldest first, of one or all engagements."""
    with ports.database.read() as session:
        both: list[LoggedEvent[HoldSet] | LoggedEvent[HoldCleared]] = [
            *events(session, HoldSet),
            *events(session, HoldCleared),
        ]
    standing: dict[tuple[str, Days], Hold] = {}
    for logged in sorted(both, key=lambda one: one.seq):
        fact = logged.fact
        place = fact.engagement, Days(first=fact.first, last=fact.last)
        if isinstance(fact, HoldSet):
            standing[place] = _hold(fact, logged.event.at)
        else:
            standing.pop(place, None)
    return [h for h in standing.values() if engagement in {None, h.engagement}]


def extend_retention(ports: Ports, days: Days, until: datetime) -> Kept:
    """Keep every object of a period until this instant at least.

    Raises RefusedError, before anything is changed, when one is kept longer already.
    """
    if until <= ports.now():
        raise UsageError(f"{utc(until)} is past: name a later date")
    keep = protector(ports.store)
    found = objects_in(ports, days)
    longer = [p.until for p in _protections(ports.store, found.keys) if p.until and p.until > until]
    if longer:
        raise RefusedError(
            f"{len(longer)} of {len(found.keys)} objects are kept longer already, until "
            f"{max(longer):%Y-%m-%d %H:%M} UTC: retention is only ever extended, name that date "
            "or a later one",
            code="retention_longer",
        )
    locked = ports.settings.store.locked
    changed = _changed(ports.store, found.keys, lambda key: keep.extend(key, until, locked=locked))
    fact = RetentionExtended(
        first=days.first,
        last=days.last,
        until=until,
        records=found.records,
        objects=len(found.keys),
        changed=changed,
    )
    record_event(ports, fact, actor="annexa retention")
    return Kept(objects=len(found.keys), changed=changed, left=0)


def default_until(ports: Ports, years: int | None) -> datetime:
    """End of the year that many calendar years after the current one."""
    span = ports.settings.store.retention_years if years is None else years
    return datetime(ports.now().astimezone(UTC).year + span, 12, 31, 23, 59, 59, tzinfo=UTC)


def lock_store(ports: Ports, typed: Callable[[str], str]) -> Kept:
    """Lock the policy of every object of the store, for ever.

    One without a policy gets one of the settings' `retention_days`, or is left when there is none.
    `typed` is told the container's name and gives what a person typed. Raises RefusedError unless
    it is that name.
    """
    keep = protector(ports.store)
    container = ports.settings.store.url.rstrip("/").rpartition("/")[2]
    if typed(container) != container:
        raise RefusedError(
            f"nothing was locked: the name typed is not {container!r}", code="not_confirmed"
        )
    keys = [key for key in ports.store.list("") if not key.startswith(CANARIES)]
    changed = _changed(ports.store, keys, lambda key: _locked(ports, keep, key))
    bare = sum(told.mode != "locked" for told in _protections(ports.store, keys))
    fact = WormLocked(container=container, objects=len(keys), changed=changed, without_policy=bare)
    record_event(ports, fact, actor="annexa worm lock")
    return Kept(objects=len(keys), changed=changed, left=bare)


def _locked(ports: Ports, keep: Protector, key: str) -> Protection:
    told, days = keep.lock(key), ports.settings.store.retention_days
    if told.mode == "locked" or days is None:
        return told
    until = (ports.now() + timedelta(days=days)).replace(microsecond=0)
    return keep.extend(key, until, locked=True)


def _clear(ports: Ports, hold: Hold) -> Kept:
    keep = protector(ports.store)
    needed = {k for other in holds(ports) if other != hold for k in _keys(ports.store, other)}
    held = _keys(ports.store, hold)
    free = [key for key in held if key not in needed]
    changed = _changed(ports.store, free, lambda key: keep.hold(key, on=False))
    fact = HoldCleared(
        engagement=hold.engagement,
        first=hold.days.first,
        last=hold.days.last,
        objects=len(held),
        changed=changed,
        held_by_others=len(held) - len(free),
        keys_sha256=hold.keys_sha256,
    )
    record_event(ports, fact, actor="annexa hold")
    return Kept(objects=len(held), changed=changed, left=len(held) - len(free))


def _keys(store: Store, hold: Hold) -> list[str]:
    listed: list[str] = sealed_json(store.get(derived_key(hold.keys_sha256)))
    return listed


def _changed(store: Store, keys: Sequence[str], change: Callable[[str], Protection]) -> int:
    """How many objects are protected otherwise afterwards."""

    def one(key: str) -> bool:
        return store.protection(key) != change(key)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return sum(pool.map(one, keys))


def _protections(store: Store, keys: Sequence[str]) -> Iterator[Protection]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(store.protection, keys)


def _hold(fact: HoldSet, at: datetime) -> Hold:
    return Hold(
        engagement=fact.engagement,
        days=Days(first=fact.first, last=fact.last),
        since=at,
        objects=fact.objects,
        keys_sha256=fact.keys_sha256,
    )
