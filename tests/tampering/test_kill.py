"""kill -9 at random moments of collecting and sealing: nothing is lost and nothing doubled."""

import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.db.engine.database import open_database
from app.db.rows.runs import runs
from app.evidence.canonical import parse, sha256
from app.evidence.record import RECORD_SCHEMA, entry_key
from app.evidence.tree.merkle import leaf_hash
from app.evidence.tree.note import open_checkpoint
from app.evidence.tree.tiles import TileLog
from app.schedule.connection import new_connection
from app.services.connections.register import add_connection
from app.services.home.installation import Ports, open_ports
from app.services.index.catch_up import reindex
from app.services.log.checkpoints import checkpoint_key
from app.services.proof.whole_store import verify_store
from app.services.upkeep.new_home import initialise
from app.store.local.folder import LocalStore
from tests.tampering.victim import ODD, READY, RECORDS, TENANT_ID, start

KILLS, STORES = 200, 4
FEW_KILLS, FEW_STORES = 10, 2
"""Of `make test`; the others are left to `make drill`."""
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Witness:
    """What the victims of one store have been told is durable."""

    home: Path
    ports: Ports
    entries: dict[int, str] = field(default_factory=dict)
    checkpoints: dict[int, str] = field(default_factory=dict)
    nights: int = 0
    killed: int = 0
    began: float = 0
    _last: str = ""
    kills: Counter[str] = field(default_factory=Counter)

    def attempt(self, delay: float | None) -> bool:
        """One victim, killed this long after it has opened the store. True if it was killed."""
        slot = FIRST + timedelta(days=self.nights)
        child, pipe = start(self._open, slot, self.home)
        assert os.read(pipe, 1) == READY, (self.home / "victim.txt").read_text()
        self.began = time.monotonic()
        if delay is not None:
            time.sleep(delay)
            os.kill(child, signal.SIGKILL)
        with os.fdopen(pipe) as told:
            self._last = self._hear(told.read())
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        if killed:
            self.kills[self._last] += 1
        else:
            why = self.home / "victim.txt"
            assert os.waitstatus_to_exitcode(status) != ODD, why.read_text()
            self.nights += 1
        return killed

    def look(self) -> list[bytes]:
        """All that was told is still there; every stored entry follows the one before it."""
        store = LocalStore(self.home / "store")
        entries = [store.get(key) for key in store.list("entry/")]
        for seq, digest in self.entries.items():
            assert sha256(entries[seq]) == digest, "an entry that was durable is lost"
        bodies = [parse(data) for data in entries]
        assert [body["seq"] for body in bodies] == list(range(len(bodies)))
        chained = [None, *map(sha256, entries[:-1])]
        assert [body["prev_sha256"] for body in bodies] == chained
        ids = Counter(b["record_id"] for b in bodies if b["schema"] == RECORD_SCHEMA)
        assert set(ids.values()) <= {1}, "a record was sealed twice"
        self._compare(store, entries)
        return entries

    def _compare(self, store: LocalStore, entries: list[bytes]) -> None:
        """Each checkpoint that was told is there and has the root of its entries."""
        leaves = [leaf_hash(data) for data in entries]
        for size, root in self.checkpoints.items():
            body = open_checkpoint(store.get(checkpoint_key(size)), self.ports.trust.log.key)
            again = TileLog(TileLog({}).append(leaves[:size]), size).root()
            assert (body.size, body.root, body.root.hex()) == (size, again, root)

    def _hear(self, told: str) -> str:
        """Note what was told to be durable; the kind of what was told last."""
        kind = "nothing"
        for line in told.split("\n")[:-1]:
            kind, number, digest = line.split()
            where = self.entries if kind == "entry" else self.checkpoints
            assert where.setdefault(int(number), digest) == digest
        return kind

    def _open(self) -> Ports:
        """Keys and catalogue as read once; store and index opened as by a new process."""
        index = open_database(f"sqlite:///{self.home / 'index.sqlite'}")
        return replace(self.ports, store=LocalStore(self.home / "store"), database=index)


def witness(home: Path) -> Witness:
    initialise(home, "Northgate Health", now)
    ports = open_ports(home, now)
    connection = new_connection(
        name="northgate",
        tenant_id=TENANT_ID,
        credential={"kind": "secret_env", "client_id": TENANT_ID, "secret_env": "UNUSED"},
        cloud="public",
        cloud_file=None,
        subscriptions=(),
        schedule="0 2 * * *",
    )
    add_connection(ports, connection)
    ports.close()  # a forked process must not share a connection to SQLite
    return Witness(home=home, ports=ports)


def test_kills_lose_nothing_and_double_nothing(
    tmp_path: Path,
    whole_drill: bool,  # noqa: FBT001 - a fixture
    capsys: pytest.CaptureFixture[str],
) -> None:
    kills, stores = (KILLS, STORES) if whole_drill else (FEW_KILLS, FEW_STORES)
    left = "" if whole_drill else f"; {KILLS} kills are left to `make drill`"
    dice = random.Random(9)
    told = []
    for number in range(stores):
        seen = witness(tmp_path / f"home{number}")
        seen.attempt(None)
        span = time.monotonic() - seen.began
        while seen.killed < kills // stores:
            seen.killed += seen.attempt(dice.uniform(0, span))
            seen.look()
        assert seen.attempt(None) is False
        told.append((seen, len(seen.look()), span))
        _complete(seen)
    killed = sum(seen.killed for seen, _, _ in told)
    entries, nights = sum(n for _, n, _ in told), sum(seen.nights for seen, _, _ in told)
    after = sum((seen.kills for seen, _, _ in told), Counter[str]())
    with capsys.disabled():
        sys.stdout.write(
            f"\nkilled {killed} times in {stores} stores: {nights} nights completed, {entries} "
            f"entries, 0 lost, 0 twice; killed after writing {dict(after)}; "
            f"a whole run takes {told[0][2]:.2f} s{left}\n"
        )
    assert killed >= kills


def _complete(seen: Witness) -> None:
    """Every night ended with each of its records once; store and index agree."""
    ports = open_ports(seen.home, now)
    try:
        assert verify_store(ports).faults == ()
        entries = [parse(data) for _, data in ports.open_log().entries()]
        records = Counter(e["run"]["slot"] for e in entries if e["schema"] == RECORD_SCHEMA)
        assert set(records.values()) == {RECORDS}
        assert len(records) == seen.nights
        with ports.store.writer("test"):
            assert reindex(ports) == len(entries)
        with ports.database.read() as session:
            states = Counter(run.state for run in runs(session))
        assert set(states) <= {"complete", "complete_with_gaps"}
        assert states.total() == seen.nights
        assert ports.store.get(entry_key(0))
    finally:
        ports.close()
