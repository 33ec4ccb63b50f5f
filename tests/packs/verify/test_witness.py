"""Cosignatures in a bundle: required of the witnesses whom the auditor names."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from app.evidence.tree.cosignature import parse_signature_lines, with_signatures
from app.evidence.tree.note import parse_note
from app.evidence.tree.witness_request import format_request
from app.store.local.folder import LocalStore
from app.witness.decision import WitnessRefusalError
from app.witness.folder import Witness, create_witness
from tests.packs.bundles import build_bundle
from tests.packs.verify import made
from tests.packs.verify.made import NOW, Case, now

NOTE, COSIGNED = "checkpoint/checkpoint", "checkpoint/cosigned"


@pytest.fixture
def witness(case: Case, tmp_path: Path) -> Witness:
    opened = create_witness(tmp_path / "witness", "witness.example/w1", now)
    opened.watch(case.vkey)
    return opened


def cosigned(note: bytes, *witnesses: Witness) -> bytes:
    lines = b"".join(one.add_checkpoint(format_request(0, [], note)) for one in witnesses)
    return with_signatures(note, parse_signature_lines(lines))


def bundle_of(case: Case, more: Mapping[str, bytes]) -> Case:
    signer = case.signer
    files = {**case.files, **more}
    return replace(
        case, files=files, data=build_bundle(files, seal=signer.seal, stamp=signer.stamp)
    )


def run(case: Case, folder: Path, *more: object) -> tuple[set[str], list[str]]:
    """Codes of what does not hold, and all notes."""
    (folder / "bundle.asice").write_bytes(case.data)
    done = case.run(folder / "bundle.asice", "--json", *map(str, more))
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    codes = {fault["code"] for fault in told["failures"]}
    assert done.returncode == (5 if codes else 0)
    return codes, [*told["notes"], *told["unproved"]]


def test_a_named_witness_is_required_and_its_time_is_told(
    case: Case, witness: Witness, tmp_path: Path
) -> None:
    bundle = bundle_of(case, {COSIGNED: cosigned(case.files[NOTE], witness)})

    codes, notes = run(bundle, tmp_path, "--witness", witness.key)
    assert codes == set()
    when = NOW.replace(microsecond=0).isoformat()
    assert f"the witness witness.example/w1 cosigned this log at {when}" in notes
    assert run(bundle, tmp_path, "--witness", witness.folder / "witness.vkey")[0] == set()


def test_a_stranger_is_named_and_not_believed_and_none_is_said_to_be_missing(
    case: Case, witness: Witness, tmp_path: Path
) -> None:
    other = create_witness(tmp_path / "other", "other.example/w", now)
    bundle = bundle_of(case, {COSIGNED: cosigned(case.files[NOTE], witness)})

    codes, notes = run(bundle, tmp_path)
    assert codes == set()
    assert any("witness.example/w1 was not verified" in note for note in notes)
    assert run(bundle, tmp_path, "--witness", other.key)[0] == {"witness_missing"}
    assert run(case, tmp_path, "--witness", witness.key)[0] == {"witness_missing"}
    assert any("no other history" in note for note in run(case, tmp_path)[1])


def test_every_witness_that_is_named_is_required(
    case: Case, witness: Witness, tmp_path: Path
) -> None:
    second = create_witness(tmp_path / "second", "witness.example/w2", now)
    second.watch(case.vkey)
    keys = tmp_path / "witnesses"
    keys.write_text(f"{witness.key}\n{second.key}\n")
    note = case.files[NOTE]

    both = bundle_of(case, {COSIGNED: cosigned(note, witness, second)})
    assert run(both, tmp_path, "--witness", keys)[0] == set()
    one = bundle_of(case, {COSIGNED: note + both.files[COSIGNED].split(b"\n")[-2] + b"\n"})
    assert run(one, tmp_path, "--witness", keys)[0] == {"witness_missing"}


@pytest.mark.parametrize(
    "change", ["signature", "time", "text", "nonsense", "twice", "after one that is wrong"]
)
def test_a_cosignature_that_was_changed_is_refused(
    change: str, case: Case, witness: Witness, tmp_path: Path
) -> None:
    whole = cosigned(case.files[NOTE], witness)
    (line,) = parse_note(whole).signatures[1:]
    at = int.from_bytes(line.signature[:8], "big") + 1
    changed = {
        "signature": replace(line, signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1])),
        "time": replace(line, signature=at.to_bytes(8, "big") + line.signature[8:]),
    }
    data = {
        "text": whole.replace(b"\n9\n", b"\n8\n").replace(b"\n8\n", b"\n7\n", 1),
        "nonsense": case.files[NOTE] + b"nonsense\n",
        "after one that is wrong": case.files[NOTE]
        + with_signatures(case.files[NOTE], [changed["signature"]])[len(case.files[NOTE]) :]
        + whole[len(case.files[NOTE]) :],
        "twice": whole + whole.split(b"\n")[-2][:-8] + b"\n",
    }.get(change) or with_signatures(case.files[NOTE], [changed[change]])

    codes, _ = run(bundle_of(case, {COSIGNED: data}), tmp_path, "--witness", witness.key)

    assert "cosignature_invalid" in codes


@pytest.mark.parametrize("key", ["nonsense", "a+b+c", ""])
def test_a_key_that_is_none_is_wrong_use(key: str, case: Case, tmp_path: Path) -> None:
    (tmp_path / "bundle.asice").write_bytes(case.data)
    done = case.run(tmp_path / "bundle.asice", "--witness", key)

    assert done.returncode == (2 if key else 0)


def test_of_two_histories_shown_to_two_auditors_the_witness_cosigns_one(
    case: Case, witness: Witness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both verify by themselves. With a witness in common, one auditor is told."""
    pages = [b'{"value":"another story %d"}' % number for number in range(4)]
    with monkeypatch.context() as patched:
        patched.setattr(made, "PAGES", pages)
        told = made.evidence(case.signer, LocalStore(tmp_path / "store", now=now))
    first, second = case, bundle_of(replace(case, files=told), {})
    assert [run(one, tmp_path)[0] for one in (first, second)] == [set(), set()]

    lines = cosigned(first.files[NOTE], witness)
    with pytest.raises(WitnessRefusalError) as refused:
        witness.add_checkpoint(format_request(8, [], second.files[NOTE]))

    assert refused.value.status == 422
    first = bundle_of(first, {COSIGNED: lines})
    moved = with_signatures(second.files[NOTE], parse_note(lines).signatures[1:])
    assert run(first, tmp_path, "--witness", witness.key)[0] == set()
    assert run(second, tmp_path, "--witness", witness.key)[0] == {"witness_missing"}
    stolen = bundle_of(second, {COSIGNED: moved})
    assert run(stolen, tmp_path, "--witness", witness.key)[0] == {"cosignature_invalid"}
