"""Tokens: two independent authorities, late ones, renewed ones, and none that is not believed."""

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding

from app.evidence.record import Event
from app.services.log.checkpoints import checkpoint_key, read_checkpoint, token_key
from app.services.log.evidence_log import EvidenceLog
from app.services.log.stamps import completed, is_short, last_checkable, renewed
from app.services.proof.log_walk import verify_log
from app.store.local.folder import LocalStore
from app.trust.keys.keyring import Trust, create_trust
from app.trust.time.authorities import independent
from app.trust.time.timestamp import DevelopmentAuthority, recognise
from tests.services.authorities import Moody, SetClock, authority, trusting


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return create_trust(
        tmp_path_factory.mktemp("home") / "trust", "evidence.example/log", SetClock()
    )


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def log(store: LocalStore, trust: Trust, clock: SetClock) -> EvidenceLog:
    opened = EvidenceLog.open(store, trust.log)
    opened.append(Event(kind="verified", at=clock(), actor="test", detail={}).sealed)
    return opened


def broken(store: LocalStore, trust: Trust, *authorities: DevelopmentAuthority) -> dict[str, str]:
    roots = [root for one in authorities for root in one.roots]
    found = verify_log(store, trust.log.key, roots)
    return {finding.key: finding.reason for finding in found if finding.broken}


def test_two_independent_authorities_date_a_checkpoint(
    log: EvidenceLog, store: LocalStore, trust: Trust, clock: SetClock
) -> None:
    one, two, three = (authority(name, clock) for name in ("one", "two", "three"))
    checkpoint = log.seal(clock, [one, two, three])
    assert list(store.list("checkpoint/")) == [checkpoint_key(1), token_key(1, 2), token_key(1)]
    told = [recognise(t.response, checkpoint.note, [one, two]).authority for t in checkpoint.tokens]
    assert told == ["one", "two"]
    assert (checkpoint.awaiting, is_short(checkpoint, [one, two, three])) == ("", False)
    assert read_checkpoint(store, trust.log, 1) == checkpoint
    assert broken(store, trust, one, two) == {}
    assert set(broken(store, trust, one)) == {token_key(1, 2)}, "each needs its own root"
    assert set(broken(store, trust, two)) == {token_key(1)}


def test_authorities_of_one_root_count_as_one(log: EvidenceLog, clock: SetClock) -> None:
    one, other = authority("one", clock), authority("other", clock)
    mirror = trusting(one, *one.roots)
    bridge = trusting(other, *one.roots, *other.roots)
    assert [len(group) for group in independent([one, mirror])] == [2]
    assert [len(group) for group in independent([one, other])] == [1, 1]
    assert [len(group) for group in independent([one, other, bridge])] == [3]
    assert len(log.seal(clock, [one, mirror]).tokens) == 1
    assert len(log.seal(clock, [one, mirror]).tokens) == 1, "asking again adds nothing"


def test_the_second_token_comes_when_its_authority_is_back(
    log: EvidenceLog, store: LocalStore, trust: Trust, clock: SetClock
) -> None:
    one, two = authority("one", clock), Moody(authority("two", clock), up=[False])
    checkpoint = log.seal(clock, [one, two])
    assert len(checkpoint.tokens) == 1
    assert "two" in checkpoint.awaiting
    assert is_short(checkpoint, [one, two])
    two.up[0] = True
    again = completed(store, checkpoint, clock, [one, two])
    assert (len(again.tokens), again.awaiting) == (2, "")
    assert again.tokens[0] == checkpoint.tokens[0], "what was there is never replaced"
    assert broken(store, trust, one, two.inner) == {}


def test_the_first_being_down_the_second_stands_in(log: EvidenceLog, clock: SetClock) -> None:
    one, two = Moody(authority("one", clock), up=[False]), authority("two", clock)
    checkpoint = log.seal(clock, [one, two])
    (token,) = checkpoint.tokens
    assert recognise(token.response, checkpoint.note, [one, two]).authority == "two"
    assert "one: [Errno 111] Connection refused" in checkpoint.awaiting


def test_a_token_stored_by_another_process_meanwhile_is_taken_as_it_is(
    log: EvidenceLog, store: LocalStore, clock: SetClock
) -> None:
    one = authority("one", clock)
    unstamped = log.seal(clock, [])
    mine = completed(store, unstamped, clock, [one])
    clock.at += timedelta(seconds=5)
    assert completed(store, unstamped, clock, [one]).tokens == mine.tokens


def test_a_renewal_covers_the_earlier_tokens_and_openssl_agrees(
    log: EvidenceLog, store: LocalStore, trust: Trust, clock: SetClock, tmp_path: Path
) -> None:
    old, new = authority("old", clock, days=100), authority("new", clock)
    checkpoint = log.seal(clock, [old])
    assert last_checkable(checkpoint, old.roots) == clock.at - timedelta(minutes=5, days=-100)
    clock.at += timedelta(days=90)
    again = renewed(store, checkpoint, clock, [new])
    assert [token.renewal for token in again.tokens] == [False, True]
    assert read_checkpoint(store, trust.log, 1) == again
    assert broken(store, trust, old, new) == {}
    everything = checkpoint.note + checkpoint.tokens[0].response
    (tmp_path / "data").write_bytes(everything)
    (tmp_path / "root").write_bytes(new.roots[0].public_bytes(Encoding.PEM))
    command = ["openssl", "ts", "-verify", "-in", str(tmp_path / "store" / token_key(1, 2))]
    when = ["-attime", str(int(clock.at.timestamp()))]
    anchors = ["-data", str(tmp_path / "data"), "-CAfile", str(tmp_path / "root"), *when]
    subprocess.run([*command, *anchors], check=True, capture_output=True)


def test_nothing_is_renewed_without_gain(
    log: EvidenceLog, store: LocalStore, clock: SetClock
) -> None:
    same = authority("same", clock, days=100)
    checkpoint = log.seal(clock, [same])
    clock.at += timedelta(days=90)
    assert renewed(store, checkpoint, clock, [same]) == checkpoint
    assert len(list(store.list("checkpoint/"))) == 2


def test_a_changed_or_missing_token_among_several_is_named(
    log: EvidenceLog, store: LocalStore, trust: Trust, clock: SetClock, tmp_path: Path
) -> None:
    one, two, three = (authority(name, clock, days) for name, days in _lives())
    checkpoint = renewed(store, log.seal(clock, [one, two]), clock, [three])
    assert len(checkpoint.tokens) == 3
    for number in (1, 2, 3):
        path = tmp_path / "store" / token_key(1, number)
        kept = path.read_bytes()
        damaged = bytearray(kept)
        damaged[-9] ^= 1
        path.chmod(0o600)
        path.write_bytes(damaged)
        assert token_key(1, number) in broken(store, trust, one, two, three)
        path.unlink()
        missing = broken(store, trust, one, two, three)
        assert token_key(1, number) in missing or number == 3, "the last one has no successor"
        path.write_bytes(kept)
    assert broken(store, trust, one, two, three) == {}


def test_tokens_swapped_between_places_are_named(
    log: EvidenceLog, store: LocalStore, trust: Trust, clock: SetClock, tmp_path: Path
) -> None:
    one, two, three = (authority(name, clock, days) for name, days in _lives())
    renewed(store, log.seal(clock, [one, two]), clock, [three])
    first, second = (tmp_path / "store" / token_key(1, number) for number in (1, 2))
    first.rename(tmp_path / "held")
    second.rename(first)
    (tmp_path / "held").rename(second)
    assert set(broken(store, trust, one, two, three)) == {token_key(1, 3)}


@pytest.mark.parametrize("fault", ["wrong root", "wrong nonce", "other data", "expired"])
def test_answers_not_to_be_believed_leave_the_night_awaiting_its_token(
    fault: str, log: EvidenceLog, store: LocalStore, clock: SetClock
) -> None:
    good, stranger = authority("tsa", clock), authority("tsa", clock)
    bad = {
        "wrong root": Moody(trusting(good, *stranger.roots)),
        "wrong nonce": Moody(good, spoil=lambda query, answer: answer(_nonced(query))),
        "other data": Moody(good, spoil=lambda query, answer: answer(_of_other_data(query))),
        "expired": Moody(_expired(clock)),
    }[fault]
    checkpoint = log.seal(clock, [bad])
    assert checkpoint.tokens == ()
    assert checkpoint.awaiting.startswith("no time authority gave a usable timestamp (tsa: ")
    assert list(store.list("checkpoint/")) == [checkpoint_key(1)], "nothing doubtful is stored"


def _lives() -> list[tuple[str, int]]:
    return [("one", 100), ("two", 100), ("three", 3650)]


def _expired(clock: SetClock) -> DevelopmentAuthority:
    past = SetClock(clock.at - timedelta(days=50))
    ended = authority("tsa", past, days=10)
    return replace(ended, tsa=replace(ended.tsa, now=clock))


def _nonced(query: bytes) -> bytes:
    request = tsp.TimeStampReq.load(query)
    request["nonce"] = request["nonce"].native ^ 1
    return bytes(request.dump(force=True))


def _of_other_data(query: bytes) -> bytes:
    request = tsp.TimeStampReq.load(query)
    request["message_imprint"]["hashed_message"] = bytes(32)
    return bytes(request.dump(force=True))
