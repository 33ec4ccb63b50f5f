"""A new key for the log: the rotation is in the log, what the old key signed stands, no more."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import RefusedError, UsageError
from app.evidence.canonical import parse
from app.evidence.record import entry_key
from app.evidence.tree.note import (
    CheckpointBody,
    NoteError,
    format_note,
    open_checkpoint,
    parse_vkey,
    parse_vkeys,
)
from app.services.home.installation import open_ports
from app.services.index.events import record_event
from app.services.proof.whole_store import verify_store
from app.services.reading.log_audit import entry_proof, verify_since
from app.services.upkeep.key_rotation import rotate_log_key
from app.trust.keys.keyring import load_trust
from app.trust.keys.rotation import finish_rotation, prepare_rotation, rotate
from tests.facts import told
from tests.proofs import verify_proof
from tests.services.authorities import SetClock
from tests.services.homes import home_with

CLOCK = SetClock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with home_with(tmp_path / "home", CLOCK) as ports:
        record_event(ports, told(), actor="test")
    return tmp_path / "home"


def test_the_old_key_seals_its_own_end_and_the_new_one_goes_on(home: Path) -> None:
    before = load_trust(home / "trust").log.key
    held = (home / "store/checkpoint/000000000002").read_bytes()
    done = rotate_log_key(home, CLOCK, "test")
    ports = open_ports(home, CLOCK)
    key = ports.trust.log.key
    assert (done.until, done.old_vkey, done.vkey) == (3, str(before), str(key))
    assert str(key) != str(before)
    kinds = [parse(data)["kind"] for _, data in ports.open_log().entries(2)]
    assert kinds == ["log_key_rotated", "log_key_in_use"]
    old_note, new_note = (ports.store.get(f"checkpoint/{size:012d}") for size in (3, 4))
    assert open_checkpoint(old_note, before).size == 3
    assert open_checkpoint(new_note, replace(key, former=())).size == 4
    with pytest.raises(NoteError, match="no signature by"):
        open_checkpoint(new_note, before)
    for note, size in ((old_note, 3), (new_note, 4)):
        assert open_checkpoint(note, key).size == size
    assert verify_store(ports).faults == ()
    assert verify_since(ports, held).faults == (), "given out under the old key"
    for size in (2, 4):
        proof = entry_proof(ports, 1, size)
        assert verify_proof(proof, ports.store.get(entry_key(1)), key)[1].size == size
    record_event(ports, told(), actor="test")
    ports.close()
    again = rotate_log_key(home, CLOCK, "test")
    ports = open_ports(home, CLOCK)
    assert [former.until for former in ports.trust.log.key.former] == [again.until, 3]
    assert verify_store(ports).faults == ()
    ports.close()


def test_the_private_half_of_the_old_key_is_gone_and_the_new_one_is_its_owners(home: Path) -> None:
    old = (home / "trust/log.key.pem").read_bytes()
    rotate_log_key(home, CLOCK, "test")
    files = {path.name: path for path in (home / "trust").iterdir()}
    assert all(old != path.read_bytes() for path in files.values())
    assert files["log.key.pem"].stat().st_mode & 0o777 == 0o600
    assert "log-next.key.pem" not in files
    assert len(files["log.vkey"].read_text().splitlines()) == 2


def test_a_stolen_old_key_signs_nothing_new(home: Path) -> None:
    stolen = load_trust(home / "trust").log
    rotate_log_key(home, CLOCK, "test")
    key = load_trust(home / "trust").log.key
    text = CheckpointBody(origin=key.name, size=9, root=bytes(32)).text()
    with pytest.raises(NoteError, match="was rotated out at 3"):
        open_checkpoint(format_note(text, [stolen.sign(text)]), key)


def test_a_process_that_still_holds_the_old_key_is_refused(home: Path) -> None:
    running = open_ports(home, CLOCK)
    rotate_log_key(home, CLOCK, "test")
    with pytest.raises(RefusedError, match="not verified by this log's key"):
        record_event(running, told(), actor="test")
    running.close()


@pytest.mark.parametrize("step", ["prepared", "named", "placed"])
def test_a_crash_at_any_step_leaves_a_log_that_goes_on(step: str, home: Path) -> None:
    folder = home / "trust"
    old = load_trust(folder).log.key
    new = prepare_rotation(folder, old.name)
    assert prepare_rotation(folder, old.name) == new, "a second attempt takes the same key"
    if step != "prepared":
        kept = folder / "log-next.key.pem"
        copy = home / "copy"
        shutil.copy(kept, copy)
        private = (folder / "log.key.pem").read_bytes()
        rotate(folder, old, new, 2)
        if step == "named":  # log.vkey was replaced, the private key not yet
            (folder / "log.key.pem").write_bytes(private)
            shutil.copy(copy, kept)
            kept.chmod(0o600)
    ports = open_ports(home, CLOCK)
    assert (replace(ports.trust.log.key, former=()) == new) == (step != "prepared")
    record_event(ports, told(), actor="test")
    assert verify_store(ports).faults == ()
    ports.close()
    if step == "prepared":
        assert rotate_log_key(home, CLOCK, "test").vkey == str(new)


def test_a_next_key_that_log_vkey_does_not_name_is_left_alone(home: Path) -> None:
    folder = home / "trust"
    key = load_trust(folder).log.key
    prepare_rotation(folder, key.name)
    finish_rotation(folder, key)
    assert load_trust(folder).log.key == key


def test_lines_that_are_no_former_keys_are_refused(home: Path) -> None:
    rotate_log_key(home, CLOCK, "test")
    file = home / "trust/log.vkey"
    new, old = file.read_text().splitlines()
    assert parse_vkeys(f"{new}\n{old}\n").former[0].until == 3
    for text in (f"{new}\n{new}", f"{new}\n{old.split(' ')[0]} x", f"{new}\nother{old}", ""):
        with pytest.raises(NoteError):
            parse_vkeys(text)
    with pytest.raises(NoteError):
        parse_vkey(f"{new}\n{old}\n")
    file.write_text(f"{new}\nnonsense\n")
    with pytest.raises(UsageError):
        load_trust(home / "trust")
