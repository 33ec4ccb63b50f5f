"""The evidence log: whatever write fails, nothing is lost, doubled or believed without proof."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from app.errors import (
    NotFoundError,
    RefusedError,
    UnavailableError,
    WriterBusyError,
)
from app.evidence.canonical import parse, sha256
from app.evidence.record import (
    entry_key,
)
from app.evidence.tree.merkle import verify_consistency
from app.evidence.tree.note import open_checkpoint
from app.services.log.checkpoints import checkpoint_key, token_key
from app.services.log.evidence_log import EvidenceLog
from app.trust.keys.keyring import Trust, create_trust
from app.trust.time.timestamp import (
    DevelopmentAuthority,
    recognise,
)
from tests.proofs import verify_proof
from tests.services.memory import (
    FailingStore,
    MemoryStore,
    event,
    filled,
    holding,
    now,
    numbers,
    walked,
)


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
    assert walked(store, trust) == []


def test_a_reopened_log_goes_on_where_it_was(trust: Trust, authority: DevelopmentAuthority) -> None:
    store = MemoryStore()
    filled(store, trust, authority, 5).append(event(5))
    log = EvidenceLog.open(store, trust.log)
    assert (log.size, log.sealed_size) == (6, 5)
    assert log.append(event(6)).seq == 6
    assert log.seal(now, [authority]).size == 7
    assert numbers(log) == list(range(7))
    assert walked(store, trust) == []


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
        filled(holding(objects), trust, authority, 250)
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
        store = holding(objects)
        again = EvidenceLog.open(store, trust.log)
        assert again.size >= durable
        while again.size < 258:
            again.append(event(again.size))
        checkpoint = again.seal(now, [authority])
        assert (checkpoint.size, checkpoint.timestamp is None) == (258, False)
        assert numbers(again) == list(range(258))
        assert walked(store, trust) == []
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
        assert walked(store, trust) == []


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
    store = MemoryStore()
    log = EvidenceLog.open(store, trust.log)
    threads = [
        threading.Thread(target=lambda: [log.append(event(number)) for number in range(50)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.seal(now, [authority]).size == 400
    assert walked(store, trust) == []


def test_without_a_time_authority_the_checkpoint_awaits_its_token(
    trust: Trust, authority: DevelopmentAuthority
) -> None:
    store = MemoryStore()
    log = EvidenceLog.open(store, trust.log)
    log.append(event(0))
    checkpoint = log.seal(now, [])
    assert checkpoint.timestamp is None
    assert "none is configured" in checkpoint.awaiting
    assert [(each.key, each.broken) for each in walked(store, trust)] == [(token_key(1), False)]
    stamped = EvidenceLog.open(store, trust.log).seal(now, [authority])
    assert stamped.note == checkpoint.note
    assert stamped.timestamp is not None
    assert recognise(stamped.timestamp, stamped.note, [authority]).assurance == "development"
    assert walked(store, trust) == []


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


def with_retry(action: Callable[[], object]) -> None:
    try:
        action()
    except UnavailableError:
        action()
