"""Whole forgeries of a store: what an attacker makes with keys, clocks and tokens of their own."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from app.evidence.canonical import canonical, parse, sha256
from app.evidence.record import Event, derived_key, entry_key, instant, raw_key
from app.evidence.tree.tiles import tile_key
from app.services.log.checkpoints import checkpoint_key, token_key
from app.services.log.evidence_log import EvidenceLog
from app.trust.keys.keyring import NoteSigner, Trust, create_trust
from app.trust.time.timestamp import DevelopmentAuthority, _query
from tests.tampering.memory import MemoryStore
from tests.tampering.subject import Subject

Objects = dict[str, bytes]
Clock = Callable[[], datetime]


def last_size(subject: Subject) -> int:
    return subject.all_sizes[-1]


def rolled_back(subject: Subject, size: int) -> Objects:
    """The store as it was at a checkpoint: everything newer is gone, pages too."""
    store = MemoryStore()
    for seq in range(size):
        data = subject.objects[entry_key(seq)]
        store.put_once(entry_key(seq), data)
    named = b"".join(store.objects.values()).decode()
    for key, data in subject.objects.items():
        if key.startswith("checkpoint/"):
            kept = int(key[len("checkpoint/") :][:12]) <= size
        elif key.startswith("tile/"):
            kept = _tile_of(subject, key, size)
        else:
            kept = key.startswith("entry/") is False and key.rpartition("/")[2] in named
        if kept:
            store.put_once(key, data)
    return store.objects


def resealed(subject: Subject, objects: Objects, signer: NoteSigner, trust: Trust) -> Objects:
    """Entries as they are now, with tiles, checkpoint and token made anew by whoever holds keys."""
    kept = {k: d for k, d in objects.items() if not k.startswith(("tile/", "checkpoint/"))}
    store = MemoryStore(kept)
    log = EvidenceLog.open(store, signer)
    clock = subject.now
    log.seal(clock, [DevelopmentAuthority.of(trust, clock)])
    return store.objects


def with_entry(subject: Subject, at: datetime) -> Objects:
    """An entry of this time appended to the log and sealed with the log's own keys."""
    store = MemoryStore(subject.objects)
    log = EvidenceLog.open(store, subject.trust.log)
    log.append(Event(kind="verified", at=at, actor="a hostile hand").sealed)
    log.seal(subject.now, [DevelopmentAuthority.of(subject.trust, subject.now)])
    return store.objects


def rewritten(subject: Subject, seq: int, change: Callable[[dict[str, object]], None]) -> Objects:
    """An entry changed, and every later one chained to it again; nothing is signed."""
    objects = dict(subject.objects)
    previous = None
    for here in range(seq, last_size(subject)):
        body = parse(objects[entry_key(here)])
        if here == seq:
            change(body)
        else:
            body["prev_sha256"] = previous
        objects[entry_key(here)] = canonical(body)
        previous = sha256(objects[entry_key(here)])
    return objects


def hidden_record(subject: Subject, seq: int) -> Objects:
    """An entry taken out; those after it move up, chained, numbered and hashed into the tiles."""
    objects = dict(subject.objects)
    end = last_size(subject)
    previous = sha256(objects[entry_key(seq - 1)])
    for here in range(seq, end - 1):
        body = parse(objects[entry_key(here + 1)])
        body["prev_sha256"], body["seq"] = previous, here
        objects[entry_key(here)] = canonical(body)
        previous = sha256(objects[entry_key(here)])
    objects.pop(entry_key(end - 1))
    return objects


def stranger(folder: Path, subject: Subject) -> Trust:
    """Keys that an attacker made for a log of the same name."""
    return create_trust(folder / "stranger", subject.trust.origin, subject.now)


def other_log(folder: Path, subject: Subject) -> Trust:
    """Keys of another log."""
    return create_trust(folder / "other", "other.example/log", subject.now)


def signed_elsewhere(subject: Subject, trust: Trust) -> Objects:
    """The last checkpoint and its token, made with keys that are not the log's."""
    made = resealed(subject, subject.objects, trust.log, trust)
    size = last_size(subject)
    keys = (checkpoint_key(size), token_key(size))
    return {**subject.objects, **{key: made[key] for key in keys}}


def token_over(subject: Subject, data: bytes, clock: Clock, trust: Trust | None = None) -> Objects:
    """The last checkpoint's token replaced by one over these bytes."""
    response = response_over(data, trust or subject.trust, clock)
    return {**subject.objects, token_key(last_size(subject)): response}


def response_over(data: bytes, trust: Trust, clock: Clock) -> bytes:
    """What a time authority answers; unlike `stamp`, nobody looks whether to accept it."""
    query = _query(hashlib.sha256(data).digest(), nonce=7)
    return DevelopmentAuthority.of(trust, clock).answer(query)


def foreign_page(*, honest_name: bool) -> Objects:
    """A raw page that nobody collected."""
    page = b'{"value":[]}  '
    digest = sha256(page) if honest_name else sha256(b"another")
    return {raw_key(digest): page}


def foreign_verdicts() -> Objects:
    """Verdicts that no record names, under the digest of others."""
    return {derived_key(sha256(b"[]")): b'[["a","b","c","pass",""]]'}


def before(subject: Subject, age: timedelta) -> datetime:
    """A time before the last entry's."""
    body = parse(subject.objects[entry_key(last_size(subject) - 1)])
    return instant(body["at"]) - age


def _tile_of(subject: Subject, key: str, size: int) -> bool:
    """Does a tile hold nothing beyond this size?"""
    level = int(key.split("/")[1])
    wanted = size >> (8 * level)
    widths = {tile_key(level, at // 256, 256) for at in range(0, wanted - 255, 256)}
    sizes = [s >> (8 * level) for s in subject.all_sizes if s <= size]
    partial = {tile_key(level, s // 256, s % 256) for s in sizes if s % 256}
    return key in widths | partial
