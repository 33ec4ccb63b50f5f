"""Whoever touched nothing is never accused: stores of many histories, honest to the last byte."""

import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.evidence.canonical import canonical, sha256
from app.evidence.record import (
    RECORD_SCHEMA,
    EntryPlace,
    Event,
    derived_key,
    raw_key,
    rules_key,
    utc,
)
from app.services.log.evidence_log import EvidenceLog
from app.services.proof.held_checkpoint import held_findings
from app.services.proof.log_walk import verify_log
from app.trust.keys.keyring import Trust, create_trust
from app.trust.time.timestamp import DevelopmentAuthority
from tests.tampering.memory import MemoryStore

SEEDS = range(12)
Build = Callable[[EntryPlace], bytes]
START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


class History:
    """Nights of a random installation: late tokens, killed attempts, clocks that are corrected."""

    def __init__(self, seed: int, trust: Trust) -> None:
        self.dice, self.trust, self.at = random.Random(seed), trust, START
        self.store = MemoryStore()
        self.given: list[bytes] = []

    def now(self) -> datetime:
        return self.at

    def live(self) -> None:
        for _ in range(self.dice.randint(3, 9)):
            self.at += timedelta(days=1)
            self._night()

    def _night(self) -> None:
        dice = self.dice
        log = EvidenceLog.open(self.store, self.trust.log)
        for _ in range(dice.choice([1, 7, 40, 130])):
            self.at += timedelta(seconds=dice.randint(0, 5))
            early = timedelta(seconds=dice.choice([0, 0, 1, 30, 500]))  # collectors side by side
            record = dice.random() < 0.7
            log.append(self._record(self.at - early) if record else self._event(self.at - early))
        if dice.random() < 0.2:
            return  # killed before it sealed
        silent = dice.random() < 0.2
        log.seal(self.now, [] if silent else [DevelopmentAuthority.of(self.trust, self.now)])
        assert log.checkpoint is not None
        self.given.append(log.checkpoint.note)

    def _event(self, at: datetime) -> Build:
        return Event(kind="verified", at=at, actor="test").sealed

    def _record(self, at: datetime) -> Build:
        page, verdicts = self.dice.randbytes(40), canonical([self.dice.randint(0, 9)])
        self.store.put_once(raw_key(sha256(page)), page)
        self.store.put_once(derived_key(sha256(verdicts)), verdicts)
        self.store.put_once(rules_key(sha256(b"rules")), b"rules")
        self.store.put_once(raw_key(sha256(page[:9])), page[:9])  # of an attempt that was killed

        def placed(place: EntryPlace) -> bytes:
            return canonical(
                {
                    "schema": RECORD_SCHEMA,
                    "seq": place.seq,
                    "prev_sha256": place.prev_sha256,
                    "source": [{"raw_sha256": sha256(page)}],
                    "verdicts": {"sha256": sha256(verdicts)},
                    "expectations": {"sha256": sha256(verdicts)},
                    "collector": {"rules_sha256": sha256(b"rules")},
                    "time": {"collected_at": utc(at)},
                }
            )

        return placed


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder: Path = tmp_path_factory.mktemp("home") / "trust"
    return create_trust(folder, "evidence.example/log", lambda: START)


def test_an_untouched_store_is_never_accused(
    trust: Trust, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = 0
    for seed in SEEDS:
        history = History(seed, trust)
        history.live()
        store, key = history.store, trust.log.key
        found = list(verify_log(store, key, [trust.root]))
        assert [f for f in found if f.broken] == []
        for note in history.given:
            assert list(held_findings(store, key, note)) == []
        entries += len(list(store.list("entry/")))
    with capsys.disabled():
        sys.stdout.write(f"\n{len(SEEDS)} untouched stores of {entries} entries: 0 accused\n")
