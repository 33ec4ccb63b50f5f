"""Witnesses cosign each night's checkpoint; who is silent is asked again, a fork is refused."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.db.rows.log import events
from app.errors import RefusedError, UsageError
from app.evidence.events.log_events import CheckpointCosigned
from app.evidence.record import Event, utc
from app.evidence.tree.note import parse_note
from app.services.home.installation import Ports, open_ports
from app.services.index.catch_up import catch_up
from app.services.log.cosignatures import (
    cosignature_key,
    cosignature_names,
    cosigned_note,
    read_cosignatures,
)
from app.services.nights.schedule.tick import tick
from app.services.proof.whole_store import verify_store
from app.services.upkeep.witness_files import add_cosignatures, request_for
from app.services.upkeep.witnesses import Cosigning, cosign_night
from app.witness.decision import WitnessRefusalError
from app.witness.folder import Witness, create_witness
from tests.services.authorities import SetClock
from tests.services.homes import home_with
from tests.services.witnesses import now, settings_of, witnessing

CLOCK = SetClock()
NAME = "Auditors LLP"


@contextmanager
def home(folder: Path, *tables: str) -> Iterator[Ports]:
    with home_with(folder / "home", CLOCK, settings="".join(tables)) as ports:
        yield ports


def night(ports: Ports, run: str = "r") -> int:
    """The end of a night, sealed; the size of its checkpoint."""
    detail = {
        "run_id": run,
        "connection_id": "c",
        "slot": utc(CLOCK.at),
        "trigger": "scheduled",
        "by": "test",
        "reason": "a night of a test",
    }
    log = ports.open_log()
    log.append(Event(kind="run_failed", at=CLOCK.at, actor="test", detail=detail).sealed)
    size = log.seal(ports.now, ports.authorities).size
    catch_up(ports, log)
    return size


def told(ports: Ports) -> list[tuple[str, int]]:
    with ports.database.read() as session:
        found = events(session, CheckpointCosigned)
    return [(one.fact.witness, one.fact.checkpoint_size) for one in found]


def reasons(outcomes: list[Cosigning]) -> list[str]:
    return [one.reason for one in outcomes]


def test_each_night_is_cosigned_once_and_the_log_tells_of_it(tmp_path: Path) -> None:
    with (
        witnessing(tmp_path / "w") as (witness, url),
        home(tmp_path, settings_of(NAME, witness, url)) as ports,
    ):
        witness.watch(ports.trust.vkey)
        first = night(ports)
        tick(ports, "test")
        tick(ports, "test")
        second = night(ports, "s")
        tick(ports, "test")

        assert told(ports) == [(NAME, first), (NAME, second)]
        assert {size: len(names) for size, names in cosignature_names(ports.store).items()} == {
            first: 1,
            second: 1,
        }
        verified = verify_store(ports)
        assert verified.faults == ()
        assert not any("cosig" in note for note in verified.notes)


def test_who_is_silent_or_knows_nothing_of_the_log_is_asked_again(tmp_path: Path) -> None:
    with witnessing(tmp_path / "w") as (witness, url):
        other = create_witness(tmp_path / "silent", "silent.example", now)
        tables = (settings_of(NAME, witness, url), settings_of("B", other, "http://127.0.0.1:9"))
        with home(tmp_path, *tables) as ports:
            size = night(ports)
            refused, silent = reasons(cosign_night(ports))
            assert "404" in refused
            assert "is not watched here" in refused
            assert silent
            assert told(ports) == []

            witness.watch(ports.trust.vkey)
            assert reasons(cosign_night(ports))[0] == ""
            assert told(ports) == [(NAME, size)]


def test_a_witness_that_went_on_without_our_knowing_is_asked_from_there(tmp_path: Path) -> None:
    """Its answer was lost: it knows a size that the store has no cosignature of."""
    with (
        witnessing(tmp_path / "w") as (witness, url),
        home(tmp_path, settings_of(NAME, witness, url)) as ports,
    ):
        witness.watch(ports.trust.vkey)
        night(ports)
        witness.add_checkpoint(request_for(ports, None, 0))
        second = night(ports, "s")

        assert reasons(cosign_night(ports)) == [""]
        assert told(ports) == [(NAME, second)]


def test_the_fork_of_a_restored_store_is_refused_by_the_witness(tmp_path: Path) -> None:
    with witnessing(tmp_path / "w") as (witness, url):
        table = settings_of(NAME, witness, url)
        with home(tmp_path, table) as ports:
            witness.watch(ports.trust.vkey)
            night(ports)
            cosign_night(ports)
            copy = tmp_path / "copy"
            shutil.copytree(ports.home, copy)
            size = night(ports, "true")
            cosign_night(ports)
        forked = open_ports(copy, CLOCK)
        try:
            night(forked, "false")
            (why,) = reasons(cosign_night(forked))
            assert "422" in why
            assert "two histories" in why
            assert (NAME, size) not in told(forked)
        finally:
            forked.close()


def test_by_file_a_request_is_answered_and_the_answer_kept_once(tmp_path: Path) -> None:
    witness = create_witness(tmp_path / "w", "witness.example/w1", now)
    with home(tmp_path, settings_of(NAME, witness)) as ports:
        witness.watch(ports.trust.vkey)
        size = night(ports)
        answer = witness.add_checkpoint(request_for(ports, NAME, None))
        for _ in range(2):
            (done,) = add_cosignatures(ports, answer)
            assert (done.witness, done.size) == (NAME, size)

        assert len(read_cosignatures(ports.store, size)) == 1
        assert told(ports) == [(NAME, size)]
        assert cosign_night(ports) == []  # nobody has an address
        night(ports, "s")
        again = witness.add_checkpoint(request_for(ports, NAME, None))
        assert add_cosignatures(ports, again)
        whole = cosigned_note(ports.store, size)
        assert whole is not None
        assert len(parse_note(whole).signatures) == 2
        assert add_cosignatures(ports, whole)


def test_what_no_configured_witness_signed_is_not_kept(tmp_path: Path) -> None:
    witness = create_witness(tmp_path / "w", "witness.example/w1", now)
    stranger = create_witness(tmp_path / "s", "stranger.example/w1", now)
    with home(tmp_path, settings_of(NAME, witness)) as ports:
        stranger.watch(ports.trust.vkey)
        night(ports)
        answer = stranger.add_checkpoint(request_for(ports, None, None))

        with pytest.raises(RefusedError) as refused:
            add_cosignatures(ports, answer)
        assert refused.value.kind == "cosignature_unknown"
        with pytest.raises(UsageError):
            add_cosignatures(ports, b"nonsense")
        with pytest.raises(UsageError):
            request_for(ports, "nobody", None)
        with pytest.raises(UsageError):
            request_for(ports, None, 10_000)
        with pytest.raises(WitnessRefusalError):
            stranger.add_checkpoint(request_for(ports, None, 0))
        assert cosignature_names(ports.store) == {}


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("{size:012d}.cosig.1", "flipped", "cosignature_invalid"),
        ("{size:012d}.cosig.1", "", "cosignature_invalid"),
        ("{size:012d}.cosig.01", "any", "object_foreign"),
        ("000000009999.cosig.1", "any", "checkpoint_missing"),
    ],
)
def test_a_cosignature_in_the_store_that_is_none_is_named(
    name: str, data: str, expected: str, tmp_path: Path
) -> None:
    witness = create_witness(tmp_path / "w", "witness.example/w1", now)
    with home(tmp_path, settings_of(NAME, witness)) as ports:
        witness.watch(ports.trust.vkey)
        size = night(ports)
        lines = witness.add_checkpoint(request_for(ports, NAME, None))
        changed = {"flipped": flipped(lines), "": b"", "any": lines}[data]
        ports.store.put_once(f"checkpoint/{name.format(size=size)}", changed)

        assert {fault.code for fault in verify_store(ports).faults} == {expected}


def test_a_cosignature_of_a_witness_that_is_not_configured_is_told_and_no_fault(
    tmp_path: Path,
) -> None:
    witness = create_witness(tmp_path / "w", "witness.example/w1", now)
    with home(tmp_path) as ports:
        witness.watch(ports.trust.vkey)
        size = night(ports)
        lines = witness.add_checkpoint(request_for(ports, None, None))
        ports.store.put_once(cosignature_key(size, 1), lines)

        found = verify_store(ports)
        assert found.faults == ()
        assert any("witness.example/w1 is not configured" in note for note in found.notes)


def test_a_witness_without_a_key_is_refused_at_start(tmp_path: Path) -> None:
    witness: Witness = create_witness(tmp_path / "w", "witness.example/w1", now)
    table = settings_of(NAME, witness).replace(str(witness.key), json.dumps(str(witness.key))[1:-3])

    with pytest.raises(UsageError, match=NAME), home(tmp_path, table):
        pass


def flipped(lines: bytes) -> bytes:
    """The same line with another signature."""
    text = lines.decode()
    place = len(text) - 12
    return (text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]).encode()
