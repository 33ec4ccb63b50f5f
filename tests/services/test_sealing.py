"""The evidence log: whatever write fails, nothing is lost, doubled or believed without proof."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from app.errors import (
    NotFoundError,
    RefusedError,
    StoreConflictError,
    UnavailableError,
    VerificationFailedError,
    WriterBusyError,
)
from app.evidence.canonical import canonical, parse, sha256
from app.evidence.merkle import verify_consistency
from app.evidence.note import open_checkpoint
from app.evidence.proof import verify_proof
from app.evidence.record import (
    RECORD_SCHEMA,
    EntryPlace,
    Event,
    derived_key,
    entry_key,
    raw_key,
    rules_key,
)
from app.services.checkpoints import checkpoint_key, token_key
from app.services.entry_verification import Finding
from app.services.log_verification import verify_log
from app.services.sealing import EvidenceLog
from app.store.base import Protection, Store
from app.trust.keys import Trust, create_trust
from app.trust.timestamp import (
    DevelopmentAuthority,
    TimestampRefusedError,
    recognise,
    verify_timestamp,
)

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
RULES = b"an archive of rules"


def now() -> datetime:
    return NOW


class MemoryStore:
    """A write-once store in memory."""

    label = "memory"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_once(self, key: str, data: bytes) -> bool:
        if self.objects.setdefault(key, data) is data:
            return True
        if self.objects[key] != data:
            raise StoreConflictError(key)
        return False

    def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotFoundError(key)
        return self.objects[key]

    def list(self, prefix: str) -> Iterator[str]:
        yield from sorted(key for key in self.objects if key.startswith(prefix))

    def protection(self, key: str) -> Protection:
        self.get(key)
        return Protection(mode="none")

    def writer(self, purpose: str) -> AbstractContextManager[None]:
        assert purpose
        return nullcontext()


class FailingStore(MemoryStore):
    """Fails at the k-th put, before or after the bytes are there."""

    def __init__(self, objects: dict[str, bytes], fails_at: int, *, written: bool) -> None:
        super().__init__()
        self.objects = objects
        self._left, self._written = fails_at, written

    def put_once(self, key: str, data: bytes) -> bool:
        self._left -= 1
        if self._left == 0:
            if self._written:
                super().put_once(key, data)
            raise UnavailableError("the disk is gone")
        return super().put_once(key, data)


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return create_trust(tmp_path_factory.mktemp("home") / "trust", "evidence.example/log", now)


@pytest.fixture(scope="module")
def authority(trust: Trust) -> DevelopmentAuthority:
    return DevelopmentAuthority.of(trust, now)


def event(number: int) -> Callable[[EntryPlace], bytes]:
    return Event(kind="verified", at=NOW, actor="test", detail={"number": number}).sealed


def numbers(log: EvidenceLog) -> list[int]:
    return [parse(data)["detail"]["number"] for _, data in log.entries()]


def filled(store: Store, trust: Trust, authority: DevelopmentAuthority, *sizes: int) -> EvidenceLog:
    log = EvidenceLog.open(store, trust.log)
    for size in sizes:
        while log.size < size:
            log.append(event(log.size))
        log.seal(now, [authority])
    return log


def broken(log: EvidenceLog, trust: Trust) -> set[str]:
    return {finding.key for finding in log.verify([trust.root]) if finding.broken}


def test_entries_are_chained_sealed_and_proven(
    trust: Trust, authority: DevelopmentAuthority
) -> None:
    store = MemoryStore()
    log = filled(store, trust, authority, 3, 300, 600)
    previous = None
    for seq, data in log.entries():
        assert parse(data)["prev_sha256"] == previous
        previous = sha256(data)
        proof, body = verify_proof(log.proof(seq), data, trust.log.key)
        assert (proof.index, body.size) == (seq, 600)
    assert verify_proof(log.proof(2, size=3), store.get(entry_key(2)), trust.log.key)[1].size == 3
    roots = {
        size: open_checkpoint(store.get(checkpoint_key(size)), trust.log.key).root
        for size in (3, 300, 600)
    }
    proof = log.consistency(3, 600)
    assert verify_consistency(3, 600, roots[3], roots[600], proof)
    assert verify_consistency(3, 300, roots[3], roots[300], log.consistency(3, 300))
    assert log.verify([trust.root]) == []


def test_a_reopened_log_goes_on_where_it_was(trust: Trust, authority: DevelopmentAuthority) -> None:
    store = MemoryStore()
    filled(store, trust, authority, 5).append(event(5))
    log = EvidenceLog.open(store, trust.log)
    assert (log.size, log.sealed_size) == (6, 5)
    assert log.append(event(6)).seq == 6
    assert log.seal(now, [authority]).size == 7
    assert numbers(log) == list(range(7))
    assert log.verify([trust.root]) == []


def test_sealing_again_changes_nothing(trust: Trust, authority: DevelopmentAuthority) -> None:
    store = MemoryStore()
    log = filled(store, trust, authority, 2)
    before = dict(store.objects)
    assert log.seal(now, [authority]) == log.checkpoint
    assert EvidenceLog.open(store, trust.log).seal(now, [authority]) == log.checkpoint
    assert store.objects == before


def test_an_empty_log_has_nothing_to_seal(trust: Trust, authority: DevelopmentAuthority) -> None:
    with pytest.raises(RefusedError, match="no entries"):
        EvidenceLog.open(MemoryStore(), trust.log).seal(now, [authority])


@pytest.mark.parametrize("written", [False, True])
def test_after_a_crash_at_any_write_nothing_is_lost_or_doubled(
    written: bool,  # noqa: FBT001 - a parameter of the test
    trust: Trust,
    authority: DevelopmentAuthority,
) -> None:
    crashes = 0
    for fails_at in range(1, 10_000):
        objects: dict[str, bytes] = {}
        filled(_with(objects), trust, authority, 250)
        durable = 250
        try:
            log = EvidenceLog.open(FailingStore(objects, fails_at, written=written), trust.log)
            while log.size < 258:
                log.append(event(log.size))
                durable = log.size
            log.seal(now, [authority])
        except UnavailableError:
            crashes += 1
        else:
            break
        store = _with(objects)
        again = EvidenceLog.open(store, trust.log)
        assert again.size >= durable
        while again.size < 258:
            again.append(event(again.size))
        checkpoint = again.seal(now, [authority])
        assert (checkpoint.size, checkpoint.timestamp is None) == (258, False)
        assert numbers(again) == list(range(258))
        assert again.verify([trust.root]) == []
    assert crashes == 8 + 3 + 1 + 1, "8 entries, 3 tiles, the checkpoint, its token"


@pytest.mark.parametrize("written", [False, True])
def test_the_same_log_goes_on_after_a_failed_write(
    written: bool,  # noqa: FBT001 - a parameter of the test
    trust: Trust,
    authority: DevelopmentAuthority,
) -> None:
    for fails_at in range(1, 8):
        store = FailingStore({}, fails_at, written=written)
        log = EvidenceLog.open(store, trust.log)
        for number in range(4):
            with_retry(partial(log.append, event(number)))
        with_retry(partial(log.seal, now, [authority]))
        assert numbers(log) == [0, 1, 2, 3], "a retried append is not doubled"
        assert log.verify([trust.root]) == []


def test_another_entry_after_a_failed_one_takes_the_next_place(trust: Trust) -> None:
    log = EvidenceLog.open(FailingStore({}, 1, written=True), trust.log)
    with pytest.raises(UnavailableError):
        log.append(event(0))
    assert log.append(event(1)).seq == 1
    assert numbers(log) == [0, 1]


def test_a_second_writer_is_told_so(trust: Trust) -> None:
    store = MemoryStore()
    first, second = EvidenceLog.open(store, trust.log), EvidenceLog.open(store, trust.log)
    first.append(event(1))
    for _ in range(2):
        with pytest.raises(WriterBusyError, match="entry 0 was written by another"):
            second.append(event(2))


def test_threads_may_append_at_once(trust: Trust, authority: DevelopmentAuthority) -> None:
    log = EvidenceLog.open(MemoryStore(), trust.log)
    threads = [
        threading.Thread(target=lambda: [log.append(event(number)) for number in range(50)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.seal(now, [authority]).size == 400
    assert log.verify([trust.root]) == []


def test_without_a_time_authority_the_checkpoint_awaits_its_token(
    trust: Trust, authority: DevelopmentAuthority
) -> None:
    store = MemoryStore()
    log = EvidenceLog.open(store, trust.log)
    log.append(event(0))
    checkpoint = log.seal(now, [])
    assert checkpoint.timestamp is None
    assert "none is configured" in checkpoint.awaiting
    assert [(each.key, each.broken) for each in log.verify([trust.root])] == [(token_key(1), False)]
    stamped = EvidenceLog.open(store, trust.log).seal(now, [authority])
    assert stamped.note == checkpoint.note
    assert stamped.timestamp is not None
    assert recognise(stamped.timestamp, stamped.note, [authority]).assurance == "development"
    assert log.verify([trust.root]) == []


def test_a_log_of_another_key_is_not_continued(
    trust: Trust, authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    store = MemoryStore()
    filled(store, trust, authority, 1)
    other = create_trust(tmp_path / "trust", "evidence.example/log", now)
    with pytest.raises(RefusedError, match="trust folder that belongs to the store"):
        EvidenceLog.open(store, other.log)


def test_proofs_of_what_is_not_covered_are_refused(
    trust: Trust, authority: DevelopmentAuthority
) -> None:
    log = EvidenceLog.open(MemoryStore(), trust.log)
    with pytest.raises(NotFoundError, match="no checkpoint"):
        log.proof(0)
    log.append(event(0))
    log.seal(now, [authority])
    log.append(event(1))
    with pytest.raises(NotFoundError, match="entry 1 is not covered"):
        log.proof(1)
    with pytest.raises(NotFoundError):
        log.proof(0, size=7)


def record(place: EntryPlace, raw: bytes, verdicts: bytes, expectations: bytes) -> bytes:
    return canonical(
        {
            "schema": RECORD_SCHEMA,
            "seq": place.seq,
            "prev_sha256": place.prev_sha256,
            "source": [{"raw_sha256": sha256(raw)}],
            "verdicts": {"sha256": sha256(verdicts)},
            "expectations": {"sha256": sha256(expectations)},
            "collector": {"rules_sha256": sha256(RULES)},
        }
    )


@pytest.fixture(scope="module")
def sealed(trust: Trust, authority: DevelopmentAuthority) -> dict[str, bytes]:
    """Two nights of 300 entries, one of them a record with its objects."""
    store = MemoryStore()
    store.put_once(raw_key(sha256(b"page")), b"page")
    for derived in (b"[]", b"{}"):
        store.put_once(derived_key(sha256(derived)), derived)
    store.put_once(rules_key(sha256(RULES)), RULES)
    log = EvidenceLog.open(store, trust.log)
    log.append(lambda place: record(place, b"page", b"[]", b"{}"))
    filled(store, trust, authority, 300, 600)
    return store.objects


def test_a_changed_object_is_named(sealed: dict[str, bytes], trust: Trust) -> None:
    named = 0
    for key in _sample(sealed):
        for place in (0, len(sealed[key]) // 2, len(sealed[key]) - 1):
            changed = bytearray(sealed[key])
            changed[place] ^= 1
            if key.endswith(".tsr") and not _matters(key, bytes(changed), sealed, trust):
                continue
            store = _with({**sealed, key: bytes(changed)})
            assert key in _broken(store, trust), (key, place)
            named += 1
    assert named >= 50


def test_a_missing_object_is_named(sealed: dict[str, bytes], trust: Trust) -> None:
    for key in _sample(sealed):
        store = _with({name: data for name, data in sealed.items() if name != key})
        findings = _findings(store, trust)
        assert key in {finding.key for finding in findings}, key


def test_a_rewritten_history_is_noticed_though_its_chain_is_whole(
    sealed: dict[str, bytes], trust: Trust, authority: DevelopmentAuthority
) -> None:
    forged = {
        key: data for key, data in sealed.items() if key.startswith(("raw/", "derived/", "rules/"))
    }
    store = _with(forged)
    log = EvidenceLog.open(store, trust.log)
    for number in range(600):
        log.append(event(number + 1))
    log.seal(now, [authority])
    kept = {key: data for key, data in sealed.items() if key.startswith("checkpoint/")}
    assert checkpoint_key(600) in _broken(_with({**store.objects, **kept}), trust)


def test_a_stray_tile_is_named(sealed: dict[str, bytes], trust: Trust) -> None:
    fits = sealed["tile/0/002.p/88"][:32]
    assert _broken(_with({**sealed, "tile/0/002.p/1": fits}), trust) == set()
    stray = {**sealed, "tile/0/002.p/1": bytes(32), "tile/7/000.p/1": bytes(32)}
    assert _broken(_with(stray), trust) == {"tile/0/002.p/1", "tile/7/000.p/1"}


def test_objects_that_are_not_of_the_log_are_named(sealed: dict[str, bytes], trust: Trust) -> None:
    strays = {entry_key(700), "entry/notes.json", "checkpoint/latest"}
    store = _with({**sealed, **dict.fromkeys(strays, b"{}")})
    assert _broken(store, trust) == strays


def test_nothing_is_sealed_on_top_of_damage(
    sealed: dict[str, bytes], trust: Trust, authority: DevelopmentAuthority
) -> None:
    for damaged in ({"tile/0/002.p/88": bytes(88 * 32)}, {"tile/0/002.p/88": b""}):
        store = _with({**sealed, **damaged})
        log = EvidenceLog.open(store, trust.log)
        log.append(event(600))
        with pytest.raises(VerificationFailedError, match="annexa verify"):
            log.seal(now, [authority])


def test_another_root_does_not_vouch_for_the_tokens(
    sealed: dict[str, bytes], trust: Trust, tmp_path: Path
) -> None:
    other = create_trust(tmp_path / "trust", "other.example/log", now)
    log = EvidenceLog.open(_with(dict(sealed)), trust.log)
    assert broken(log, other) == {token_key(300), token_key(600)}


def test_an_unsealed_tail_is_told_and_is_no_failure(sealed: dict[str, bytes], trust: Trust) -> None:
    log = EvidenceLog.open(_with(dict(sealed)), trust.log)
    log.append(event(600))
    (finding,) = log.verify([trust.root])
    assert (finding.key, finding.broken) == (entry_key(600), False)


def _with(objects: dict[str, bytes]) -> MemoryStore:
    store = MemoryStore()
    store.objects = objects
    return store


def _findings(store: MemoryStore, trust: Trust) -> list[Finding]:
    return list(verify_log(store, trust.log.key, [trust.root]))


def _broken(store: MemoryStore, trust: Trust) -> set[str]:
    return {finding.key for finding in _findings(store, trust) if finding.broken}


def _sample(objects: dict[str, bytes]) -> list[str]:
    """Everything but most of the 600 entries, which are alike."""
    plain = {entry_key(seq) for seq in range(600) if seq not in {0, 1, 255, 256, 299, 598, 599}}
    return sorted(set(objects) - plain)


def _matters(key: str, changed: bytes, objects: dict[str, bytes], trust: Trust) -> bool:
    """False for the bytes of a response that no signature covers, as its spare certificate."""
    try:
        verify_timestamp(changed, objects[key.removesuffix(".tsr")], [trust.root])
    except TimestampRefusedError:
        return True
    return False


def with_retry(action: Callable[[], object]) -> None:
    try:
        action()
    except UnavailableError:
        action()
