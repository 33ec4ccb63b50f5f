"""verify at the command line: a run, an entry, a pack, and what each fault is called."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Place


@pytest.fixture
def run_id(place: Place) -> str:
    assert place.said["collect"].code == 0, place.said["collect"].err
    return str(json.loads(place.said["collect"].out)[0]["run_id"])


def entries(home: Path) -> list[Path]:
    return sorted((home / "store" / "entry").rglob("*.json"))


def a_record(home: Path) -> tuple[Path, dict[str, Any]]:
    """The file and content of the first record of the log that has pages."""
    for path in entries(home):
        entry = json.loads(path.read_bytes())
        if entry["schema"].startswith("urn:annexa:record") and entry["source"]:
            return path, entry
    raise AssertionError("the log has no record")


def change(path: Path) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def codes(place: Place, *words: str | Path) -> set[str]:
    said = place.annexa("verify", *words, "--json")
    assert said.out, said.err
    told = json.loads(said.out)
    assert said.code == (0 if told["verified"] else 5)
    assert all(fault["object"] and fault["reason"] for fault in told["faults"])
    return {fault["code"] for fault in told["faults"]}


def test_one_run_and_one_entry_are_verified_by_themselves(place: Place, run_id: str) -> None:
    _, record = a_record(place.home)

    for words in (
        ("--run", run_id),
        ("--record", record["record_id"]),
        ("--record", str(record["seq"])),
        ("--record", "0"),
    ):
        said = place.annexa("verify", *words)
        assert (said.code, said.err) == (0, "")
        assert ": VERIFIED" in said.out


def test_every_fault_of_a_run_or_an_entry_has_its_code(spoilable: Place, run_id: str) -> None:
    path, record = a_record(spoilable.home)
    digest = next(s["raw_sha256"] for s in record["source"] if s["raw_bytes"])
    store = spoilable.home / "store"
    named = ("--record", str(record["seq"]))

    raw = store / "raw" / "sha256" / digest[:2] / digest
    change(raw)
    assert codes(spoilable, "--run", run_id) == codes(spoilable, *named) == {"raw_changed"}
    raw.unlink()
    assert codes(spoilable, "--run", run_id) == codes(spoilable, *named) == {"raw_missing"}
    rules = record["collector"]["rules_sha256"]
    change(store / "rules" / "sha256" / rules[:2] / rules)
    assert codes(spoilable, *named) == {"raw_missing", "rules_changed"}
    change(path)
    assert codes(spoilable, "--record", record["record_id"]) >= {"record_changed", "proof_invalid"}
    path.unlink()
    assert codes(spoilable, *named) == {"record_missing"}
    assert "run_incomplete" in codes(spoilable, "--run", run_id)


def test_the_seal_of_a_pack_is_judged_against_the_given_root(spoilable: Place) -> None:
    out = spoilable.home / "out"
    assert spoilable.annexa("pack", "northgate", "--out", out).code == 0
    pdf = out / "pack.pdf"

    said = spoilable.annexa("verify", "--pack", pdf)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1] == f"{pdf}: VERIFIED"
    assert "NOTE  sealed by CN=" in said.out
    pinned = ("--seal-cert", spoilable.home / "trust" / "seal.crt.pem")
    assert codes(spoilable, "--pack", pdf, *pinned) == set()
    assert codes(spoilable, "--pack", pdf, "--seal-subject", "O=Other") == {"seal_foreign"}
    other = spoilable.home.parent / "other"
    assert spoilable.annexa("--home", other, "init").code == 0
    foreign = ("--root", other / "trust" / "root.pem")
    assert codes(spoilable, "--pack", pdf, *foreign) == {"seal_untrusted", "token_invalid"}
    late = codes(spoilable, "--pack", pdf, "--at", "2060-01-01")
    assert late == {"seal_untrusted", "token_invalid"}
    sealed = pdf.read_bytes()
    pdf.write_bytes(sealed + b"\n% one more line\n")
    assert codes(spoilable, "--pack", pdf) == {"pdf_extended"}
    pdf.write_bytes(sealed)
    change(pdf)
    assert "pdf_changed" in codes(spoilable, "--pack", pdf)
    pdf.write_bytes(b"%PDF-1.7\n")
    assert codes(spoilable, "--pack", pdf) == {"pdf_unreadable"}


def test_a_bundle_names_its_faults_by_code_too(spoilable: Place) -> None:
    out = spoilable.home / "out"
    assert spoilable.annexa("pack", "northgate", "--out", out).code == 0
    bundle = out / "bundle.asice"
    assert codes(spoilable, bundle) == set()
    assert codes(spoilable, bundle, "--seal-subject", "O=Other") == {"seal_foreign"}

    with zipfile.ZipFile(bundle, "a") as opened:
        opened.writestr("../outside.txt", b"x")
    assert "zip_traversal" in codes(spoilable, bundle)


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (("--run", "nobody"), 3, "run_unknown"),
        (("--record", "nobody"), 3, "record_unknown"),
        (("--record", "999999"), 3, "record_unknown"),
        (("--pack", "none.pdf"), 3, "file_unknown"),
        (("--run", "a", "--record", "b"), 2, "usage"),
        (("--run", "a", "--at", "2026-01-01"), 2, "usage"),
        (("--run", "a", "--seal-subject", "O=A"), 2, "usage"),
        (("--pack", "none.pdf", "--seal-cert", "none.pem"), 3, "file_unknown"),
    ],
)
def test_what_cannot_be_verified_is_one_sentence(
    words: tuple[str, ...], code: int, kind: str, place: Place
) -> None:
    said = place.annexa("verify", *words)

    assert said.code == code
    assert said.sentence.endswith(f"[{kind}]")
