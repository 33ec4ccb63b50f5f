"""Proofs for auditors, and a log that was rolled back or forked since they were shown it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import NotFoundError, UsageError, VerificationFailedError
from app.evidence.record import entry_key
from app.evidence.tree.note import NoteError
from app.services.home.installation import Ports, open_ports
from app.services.index.events import record_event
from app.services.reading.log_audit import (
    consistency_proof,
    entry_proof,
    seen_checkpoints,
    seen_entries,
    verify_since,
)
from tests.facts import told
from tests.proofs import parse_consistency, verify_consistency_file, verify_proof
from tests.services.authorities import SetClock
from tests.services.homes import home_with

CLOCK = SetClock()


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    with home_with(tmp_path / "home", CLOCK) as opened:
        for number in range(5):
            record_event(opened, told(f"number {number}"), actor="test")
        yield opened


def note(ports: Ports, size: int) -> bytes:
    return ports.store.get(f"checkpoint/{size:012d}")


def test_every_entry_is_proven_under_every_checkpoint_that_covers_it(ports: Ports) -> None:
    key = ports.trust.log.key
    for size in range(1, 7):
        for seq in range(size):
            text = entry_proof(ports, seq, size)
            proof, body = verify_proof(text, ports.store.get(entry_key(seq)), key)
            assert (proof.index, body.size) == (seq, size)
    assert entry_proof(ports, 3) == entry_proof(ports, 3, 6)


def test_what_no_checkpoint_covers_is_not_proven(ports: Ports) -> None:
    with pytest.raises(NotFoundError, match="entry 6 is not covered by the checkpoint of 6"):
        entry_proof(ports, 6)
    with pytest.raises(NotFoundError, match="no checkpoint of 99 entries"):
        entry_proof(ports, 0, 99)


def test_between_any_two_checkpoints_the_log_is_proven_to_have_grown(ports: Ports) -> None:
    key = ports.trust.log.key
    for new in range(1, 7):
        for old in range(1, new + 1):
            text = consistency_proof(ports, old, new)
            earlier, later = verify_consistency_file(text, key)
            assert (earlier.size, later.size) == (old, new)
    with pytest.raises(UsageError, match="is not before"):
        consistency_proof(ports, 5, 2)


def test_a_changed_consistency_file_proves_nothing(ports: Ports) -> None:
    key = ports.trust.log.key
    text = consistency_proof(ports, 3, 6)
    assert parse_consistency(text).earlier == note(ports, 3)
    other = consistency_proof(ports, 2, 6)
    hashes = "\n".join(other.split("\n---")[0].split("\n")[1:])
    mixed = text.split("\n")[0] + "\n" + hashes + "\n---" + text.partition("\n---")[2]
    for damaged in (text[:-3], text.replace("annexa tlog", "annexa"), mixed, "", "a\n" + text):
        with pytest.raises(NoteError):
            verify_consistency_file(damaged, key)


def test_a_missing_tile_is_told_and_not_guessed(ports: Ports, tmp_path: Path) -> None:
    for tile in (tmp_path / "home/store/tile/0").rglob("*"):
        if tile.is_file():
            tile.unlink()
    with pytest.raises(VerificationFailedError, match="tile/0/000"):
        entry_proof(ports, 0)


def test_a_checkpoint_that_was_given_out_stays_provable(ports: Ports) -> None:
    for size in range(1, 7):
        found = verify_since(ports, note(ports, size))
        assert (found.faults, found.result) == ((), "VERIFIED, it has grown to 6 entries")


def test_a_rolled_back_log_is_named_as_such(ports: Ports, tmp_path: Path) -> None:
    held = note(ports, 6)
    for path in (tmp_path / "home/store").rglob("*"):
        if path.is_file() and path.name.startswith(("000000000006", "005.json")):
            path.unlink()
    (fault,) = verify_since(ports, held).faults
    assert fault.code == "log_rolled_back"
    assert "it ends at 5, the given checkpoint at 6" in fault.reason


def test_a_forked_log_is_named_as_such(ports: Ports, tmp_path: Path) -> None:
    held = note(ports, 6)
    ports.close()
    forked = tmp_path / "forked"
    shutil.copytree(tmp_path / "home", forked)
    shutil.rmtree(forked / "store")
    (forked / "index.sqlite").unlink()
    (forked / "last-checkpoint").unlink()  # nothing here remembers: only the auditor's copy does
    again = open_ports(forked, CLOCK)
    for number in range(8):
        record_event(again, told(f"another {number}"), actor="test")
    (fault,) = verify_since(again, held).faults
    assert fault.code == "consistency_broken"
    assert "not a continuation of the given checkpoint of 6" in fault.reason
    again.close()


def test_a_checkpoint_of_another_log_is_named_as_such(ports: Ports, tmp_path: Path) -> None:
    with home_with(tmp_path / "other", CLOCK) as other:
        (fault,) = verify_since(ports, note(other, 1)).faults
    assert fault.code == "checkpoint_foreign"
    (fault,) = verify_since(ports, b"not a note").faults
    assert fault.code == "checkpoint_invalid"


def test_checkpoints_and_entries_are_listed_with_their_times(ports: Ports) -> None:
    found = list(seen_checkpoints(ports))
    assert [one.size for one in found] == [1, 2, 3, 4, 5, 6]
    assert {(one.signed_at, one.stamped_at) for one in found} == {(CLOCK.at, CLOCK.at)}
    assert [one.seq for one in seen_entries(ports, None, 3)] == [3, 4, 5]
    assert [one.kind for one in seen_entries(ports, 0, 2)] == ["log_created", told().KIND]
    with pytest.raises(NotFoundError):
        list(seen_entries(ports, 17, 2))
