"""What a power cut may leave: the calls to the operating system, in their order, on a real disk.

A name may be on the disk from the call that makes it, and is there for sure once its folder was
synced; bytes are there for sure once their file was synced. So whatever a name promises (its own
bytes, and what a checkpoint covers) must be there for sure before the name is made.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.evidence.record import Event
from app.services.log.evidence_log import EvidenceLog
from app.store.local.folder import LocalStore
from app.trust.keys.keyring import create_trust
from app.trust.time.timestamp import DevelopmentAuthority
from tests.store.disk import watched

AT = datetime(2026, 3, 14, tzinfo=UTC)


def now() -> datetime:
    return AT


def test_an_object_is_synced_then_named_then_its_folder_is_synced(tmp_path: Path) -> None:
    root = tmp_path / "store"
    with watched(root) as disk:
        assert LocalStore(root).put_once("entry/000/one", b"bytes")
    assert disk.calls == [
        ("mkdir", "."),
        ("fsync", ".."),
        ("mkdir", ".incoming"),
        ("fsync", "."),
        ("mkdir", "entry"),
        ("fsync", "."),
        ("mkdir", "entry/000"),
        ("fsync", "entry"),
        ("fsync", ".incoming/*"),
        ("link", "entry/000/one"),
        ("fsync", "entry/000"),
    ]
    assert disk.faults == []
    assert disk.sure(root / "entry/000/one")


def test_what_arrived_in_pieces_is_synced_as_a_whole_before_it_is_named(tmp_path: Path) -> None:
    root = tmp_path / "store"
    with watched(root) as disk:
        staged = LocalStore(root).stage()
        for _ in range(3):
            staged.write(bytes(70_000))
        staged.publish("raw/one")
    assert disk.calls[-3:] == [("fsync", ".incoming/*"), ("link", "raw/one"), ("fsync", "raw")]
    assert disk.faults == []
    assert disk.sure(root / "raw/one")


def test_an_object_that_another_named_is_sure_before_it_is_believed(tmp_path: Path) -> None:
    """Whoever linked it may have died before its folder was synced."""
    store = LocalStore(tmp_path)
    store.put_once("entry/one", b"bytes")
    with watched(tmp_path) as disk:
        disk.new_names.add(tmp_path / "entry/one")
        assert not store.put_once("entry/one", b"bytes")
    assert disk.calls == [("fsync", "entry")]
    assert disk.new_names == set()


@pytest.mark.parametrize("entries", [1, 3, 300])
def test_a_checkpoint_is_named_after_its_entries_and_tiles_are_sure_and_its_token_after_it(
    entries: int, tmp_path: Path
) -> None:
    trust = create_trust(tmp_path / "trust", "evidence.example/log", now)
    authority = DevelopmentAuthority.of(trust, now)
    root = tmp_path / "store"
    with watched(root) as disk:
        log = EvidenceLog.open(LocalStore(root), trust.log)
        for night in range(2):
            for number in range(entries):
                detail = {"night": night, "number": number}
                event = Event(kind="run_started", at=AT, actor="test", detail=detail)
                log.append(event.sealed)
                assert not disk.new_names, "an entry is sure once append returns"
            log.seal(now, [authority])
            assert not disk.new_names
    assert disk.faults == []
    named = [name for call, name in disk.calls if call == "link"]
    firsts = [
        next(place for place, name in enumerate(named) if name.startswith(kind))
        for kind in ("entry/", "tile/", "checkpoint/")
    ]
    assert firsts == sorted(firsts)
    assert [name.endswith(".tsr") for name in named if name.startswith("checkpoint/")] == [
        False,
        True,
        False,
        True,
    ]


def test_a_store_that_syncs_nothing_is_noticed(tmp_path: Path) -> None:
    """The rule that the watcher judges by notices a store that syncs nothing."""

    class Hasty(LocalStore):
        def put_once(self, key: str, data: bytes) -> bool:
            path = self.root / key
            path.parent.mkdir(parents=True, exist_ok=True)
            (self.root / "loose").write_bytes(data)
            os.link(self.root / "loose", path)
            (self.root / "loose").unlink()
            return True

    with watched(tmp_path) as disk:
        Hasty(tmp_path).put_once("entry/one", b"bytes")
        Hasty(tmp_path).put_once("checkpoint/000000000001", b"note")
    assert disk.faults == [
        f"{tmp_path}/entry/one is named before its bytes are synced",
        f"{tmp_path}/checkpoint/000000000001 is named before its bytes are synced",
        f"checkpoint/000000000001 is named before {tmp_path}/entry/one is there for sure",
    ]
