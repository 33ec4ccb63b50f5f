"""A witness cosigns what continues a log, and nothing else, whoever asks at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import RefusedError, UsageError
from app.evidence.tree.cosignature import parse_signature_lines, verify_cosignature
from app.evidence.tree.note import (
    NoteSignature,
    format_note,
    open_checkpoint,
    parse_note,
)
from app.evidence.tree.witness_request import format_request
from app.witness.decision import WitnessRefusalError
from app.witness.folder import Witness, create_witness, open_witness
from tests.witness.logs import SmallLog

NOW = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return create_witness(tmp_path / "witness", "witness.example/w1", clock)


@pytest.fixture
def log(witness: Witness) -> SmallLog:
    made = SmallLog().grow([b"%d" % n for n in range(5)])
    witness.watch(str(made.key))
    return made


def refused(witness: Witness, data: bytes) -> WitnessRefusalError:
    with pytest.raises(WitnessRefusalError) as found:
        witness.add_checkpoint(data)
    return found.value


def at_of(witness: Witness, log: SmallLog, lines: bytes) -> int:
    (signature,) = parse_signature_lines(lines)
    return verify_cosignature(parse_note(log.note()).text, signature, witness.key).at


@pytest.mark.parametrize(
    "make", [Ed25519PrivateKey.generate, lambda: ec.generate_private_key(ec.SECP256R1())]
)
def test_a_log_that_grows_is_cosigned_at_each_step(
    make: Callable[[], Ed25519PrivateKey], witness: Witness
) -> None:
    log = SmallLog(make())
    witness.watch(str(log.key))
    known = 0
    for count in (1, 4, 300):
        log.grow([b"x"] * count)
        assert at_of(witness, log, witness.add_checkpoint(log.request(known))) == NOW.timestamp()
        known = log.size
    again = witness.add_checkpoint(log.request(known))
    assert at_of(witness, log, again) == NOW.timestamp()


def test_what_it_cosigned_last_outlives_the_process(witness: Witness, log: SmallLog) -> None:
    witness.add_checkpoint(log.request(0))
    again = open_witness(witness.folder, clock)

    assert again.key == witness.key
    assert refused(again, log.request(0)).size == 5
    kept = again.checkpoint(next((witness.folder / "logs").iterdir()).name)
    assert kept is not None
    assert open_checkpoint(kept, log.key).size == 5
    assert len(parse_note(kept).signatures) == 2


def test_two_histories_are_not_both_cosigned(witness: Witness, log: SmallLog) -> None:
    witness.add_checkpoint(log.request(0))
    other = log.fork()
    log.grow([b"one", b"two"])
    other.grow([b"another", b"story"])
    witness.add_checkpoint(log.request(5))

    assert refused(witness, other.request(5)).status == 409  # the size it knows is another
    assert refused(witness, other.request(7)).status == 422
    assert refused(witness, other.grow([b"more"]).request(7)).status == 422


REFUSALS: dict[str, tuple[Callable[[SmallLog], bytes], int]] = {
    "no request": (lambda _: b"nonsense", 400),
    "an old size beyond": (lambda log: format_request(9, [], log.note()), 400),
    "another old size": (lambda log: format_request(2, [], log.note()), 409),
    "a proof of nothing": (lambda log: format_request(0, [bytes(32)], log.note()), 422),
    "another key": (lambda _: SmallLog().grow([b"x"]).request(0), 403),
    "another log": (lambda _: SmallLog(origin="other.example").grow([b"x"]).request(0), 404),
    "a changed size": (lambda log: log.request(0).replace(b"\n5\n", b"\n6\n"), 403),
    "no signature": (lambda _: format_request(0, [], b"log.example/evidence\n5\n"), 400),
    "an endless size": (lambda log: format_request(0, [], endless(log)), 400),
}


def endless(log: SmallLog) -> bytes:
    return format_note(f"{log.origin}\n{'9' * 5000}\nAAAA\n", [log.signed("x")])


@pytest.mark.parametrize("name", REFUSALS)
def test_each_refusal_has_the_status_of_the_specification(
    name: str, witness: Witness, log: SmallLog
) -> None:
    change, status = REFUSALS[name]
    assert refused(witness, change(log)).status == status
    assert at_of(witness, log, witness.add_checkpoint(log.request(0)))  # nothing was spoilt


def test_an_empty_log_has_the_root_of_the_empty_tree(witness: Witness) -> None:
    log = SmallLog()
    witness.watch(str(log.key))
    text = f"{log.origin}\n0\n{'A' * 43}=\n"
    wrong = format_request(0, [], format_note(text, [log.signed(text)]))

    assert refused(witness, wrong).status == 422
    text = f"{log.origin}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    witness.add_checkpoint(format_request(0, [], format_note(text, [log.signed(text)])))
    witness.add_checkpoint(log.grow([b"x"]).request(0))


def test_lines_of_strangers_in_a_request_are_not_kept(witness: Witness, log: SmallLog) -> None:
    junk = [NoteSignature(name=f"s{n}", key_id=b"abcd", signature=bytes(9)) for n in range(15)]
    note = parse_note(log.note())
    padded = format_note(note.text, [*junk, *note.signatures])
    witness.add_checkpoint(format_request(0, [], padded))

    assert witness.add_checkpoint(log.grow([b"x"]).request(5))


def test_of_parallel_requests_none_sets_the_log_back(witness: Witness, log: SmallLog) -> None:
    """Every order that the threads find ends at the largest size that was answered."""
    log.grow([b"more"] * 20)
    start = threading.Barrier(8)

    def ask(number: int) -> int:
        start.wait()
        known, answered = 0, 0
        for size in range(5 + number, 26, 2):
            try:
                witness.add_checkpoint(log.request(known, size))
                known = answered = size
            except WitnessRefusalError as refusal:
                known = refusal.size if refusal.size is not None else known
        return answered

    with ThreadPoolExecutor(8) as threads:
        answered = list(threads.map(ask, range(8)))

    assert refused(witness, format_request(99, [], log.note())).status == 400
    assert refused(witness, log.request(1)).size == max(answered)


def test_other_keys_do_not_begin_a_known_log_anew(witness: Witness, log: SmallLog) -> None:
    witness.add_checkpoint(log.request(0))
    stranger = SmallLog()

    with pytest.raises(RefusedError, match="do not verify the checkpoint"):
        witness.watch(str(stranger.key))
    witness.watch(f"{stranger.key}\n{log.key} 5\n")  # rotated: the former key is named
    assert witness.add_checkpoint(
        SmallLog(stranger.private, log.origin, log.tiles, log.size).grow([b"x"]).request(5)
    )


def test_a_witness_keeps_its_key_and_its_folder_is_its_own(
    witness: Witness, tmp_path: Path
) -> None:
    assert witness.folder.stat().st_mode & 0o077 == 0
    assert (witness.folder / "witness.key.pem").stat().st_mode & 0o077 == 0
    assert "PrivateKey" not in repr(witness)
    with pytest.raises(RefusedError):
        create_witness(witness.folder, "witness.example/w2", clock)
    with pytest.raises(UsageError):
        create_witness(tmp_path / "other", "has space", clock)
    with pytest.raises(UsageError, match="annexa witness init"):
        open_witness(tmp_path / "none", clock)
    with pytest.raises(UsageError, match=r"no log\.vkey"):
        witness.watch("nonsense")


def test_a_key_that_others_may_read_is_refused(witness: Witness) -> None:
    (witness.folder / "witness.key.pem").chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        open_witness(witness.folder, clock)


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 3), st.sampled_from(("known", "none", "all"))),
        max_size=12,
    )
)
@settings(max_examples=40, deadline=None)
def test_whatever_is_asked_all_that_was_cosigned_is_one_history(
    steps: list[tuple[bool, int, str]],
) -> None:
    """Two histories part after two entries; the log's key signs both, and asks in any order."""
    with TemporaryDirectory() as place:
        witness = create_witness(Path(place) / "w", "witness.example/w1", clock)
        first = SmallLog().grow([b"same", b"same"])
        witness.watch(str(first.key))
        histories = {False: first, True: first.fork()}
        entries = {side: [b"same", b"same"] for side in histories}
        known = 0
        cosigned: list[list[bytes]] = [[]]
        for side, more, old in steps:
            grown = [b"%d" % side] * more
            entries[side] += grown
            asked = histories[side].grow(grown)
            start = {"known": min(known, asked.size), "none": 0, "all": asked.size}[old]
            try:
                witness.add_checkpoint(asked.request(start))
            except WitnessRefusalError:
                continue
            known = asked.size
            cosigned.append([*entries[side]])
        for earlier, later in pairwise(cosigned):
            assert later[: len(earlier)] == earlier
