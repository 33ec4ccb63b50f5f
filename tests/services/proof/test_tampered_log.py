"""A changed, missing, stray or rewritten object of a log is named."""

from pathlib import Path

import pytest

from app.errors import (
    VerificationFailedError,
)
from app.evidence.canonical import canonical, sha256
from app.evidence.record import (
    RECORD_SCHEMA,
    EntryPlace,
    derived_key,
    entry_key,
    raw_key,
    rules_key,
)
from app.services.log.checkpoints import checkpoint_key, token_key
from app.services.log.evidence_log import EvidenceLog
from app.trust.keys.keyring import Trust, create_trust
from app.trust.time.timestamp import (
    DevelopmentAuthority,
    TimestampRefusedError,
    verify_timestamp,
)
from tests.services.memory import RULES, MemoryStore, event, filled, holding, now, walked


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
            store = holding({**sealed, key: bytes(changed)})
            assert key in _broken(store, trust), (key, place)
            named += 1
    assert named >= 50


def test_a_missing_object_is_named(sealed: dict[str, bytes], trust: Trust) -> None:
    for key in _sample(sealed):
        store = holding({name: data for name, data in sealed.items() if name != key})
        findings = walked(store, trust)
        assert key in {finding.key for finding in findings}, key


def test_a_rewritten_history_is_noticed_though_its_chain_is_whole(
    sealed: dict[str, bytes], trust: Trust, authority: DevelopmentAuthority
) -> None:
    forged = {
        key: data for key, data in sealed.items() if key.startswith(("raw/", "derived/", "rules/"))
    }
    store = holding(forged)
    log = EvidenceLog.open(store, trust.log)
    for number in range(600):
        log.append(event(number + 1))
    log.seal(now, [authority])
    kept = {key: data for key, data in sealed.items() if key.startswith("checkpoint/")}
    assert checkpoint_key(600) in _broken(holding({**store.objects, **kept}), trust)


def test_a_stray_tile_is_named(sealed: dict[str, bytes], trust: Trust) -> None:
    fits = sealed["tile/0/002.p/88"][:32]
    assert _broken(holding({**sealed, "tile/0/002.p/1": fits}), trust) == set()
    stray = {**sealed, "tile/0/002.p/1": bytes(32), "tile/7/000.p/1": bytes(32)}
    assert _broken(holding(stray), trust) == {"tile/0/002.p/1", "tile/7/000.p/1"}


def test_objects_that_are_not_of_the_log_are_named(sealed: dict[str, bytes], trust: Trust) -> None:
    strays = {entry_key(700), "entry/notes.json", "checkpoint/latest"}
    store = holding({**sealed, **dict.fromkeys(strays, b"{}")})
    assert _broken(store, trust) == strays


def test_nothing_is_sealed_on_top_of_damage(
    sealed: dict[str, bytes], trust: Trust, authority: DevelopmentAuthority
) -> None:
    for damaged in ({"tile/0/002.p/88": bytes(88 * 32)}, {"tile/0/002.p/88": b""}):
        store = holding({**sealed, **damaged})
        log = EvidenceLog.open(store, trust.log)
        log.append(event(600))
        with pytest.raises(VerificationFailedError, match="annexa verify"):
            log.seal(now, [authority])


def test_another_root_does_not_vouch_for_the_tokens(
    sealed: dict[str, bytes], trust: Trust, tmp_path: Path
) -> None:
    other = create_trust(tmp_path / "trust", "other.example/log", now)
    found = walked(holding(dict(sealed)), trust, other.root)
    assert {one.key for one in found if one.broken} == {token_key(300), token_key(600)}


def test_an_unsealed_tail_is_told_and_is_no_failure(sealed: dict[str, bytes], trust: Trust) -> None:
    store = holding(dict(sealed))
    EvidenceLog.open(store, trust.log).append(event(600))
    (finding,) = walked(store, trust)
    assert (finding.key, finding.broken) == (entry_key(600), False)


def _broken(store: MemoryStore, trust: Trust) -> set[str]:
    return {finding.key for finding in walked(store, trust) if finding.broken}


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
