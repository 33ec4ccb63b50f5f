"""`annexa redact` and `annexa reveal`, and what verifies their files."""

import json
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from app.packs.verify.one_file import verifier
from tests.cli.conftest import Place


def test_a_copy_hides_reveals_and_verifies_alone_and_beside_a_bundle(
    spoilable: Place, tmp_path: Path
) -> None:
    copy, told = tmp_path / "copy.json", tmp_path / "told.json"
    record, subscription = some_record(spoilable)
    said = spoilable.annexa("redact", record, "--hide-text", subscription, "--out", copy)
    assert (said.code, subscription in copy.read_text("utf-8")) == (0, False), said.err
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "Read it before you hand it out" in said.out

    number = re.findall(r"\[hidden (\d+)\]", json.loads(copy.read_text("utf-8"))["record"]["text"])
    token = f"record#{number[-1]}"
    assert spoilable.annexa("reveal", copy, "--token", token, "--out", told).code == 0
    both = ("--redacted", copy, "--revealed", told)
    assert spoilable.annexa("verify", *both).code == 0
    copy.write_text(copy.read_text("utf-8").replace('"text": "', '"text": " ', 1), "utf-8")
    said = spoilable.annexa("verify", *both)
    assert said.code == 5
    assert "commitment_differs" in said.out


def test_the_verifier_of_a_bundle_holds_a_copy_against_its_entries(
    spoilable: Place, tmp_path: Path
) -> None:
    copy, program, trust = tmp_path / "copy.json", tmp_path / "verify.py", spoilable.home / "trust"
    record, subscription = some_record(spoilable)
    assert spoilable.annexa("redact", record, "--hide-text", subscription, "--out", copy).code == 0
    assert spoilable.annexa("pack", "northgate", "--out", tmp_path / "pack").code == 0
    (bundle,) = (tmp_path / "pack").rglob("*.asice")
    program.write_bytes(verifier())
    anchors = ["--root", str(trust / "root.pem"), "--log-vkey", str(trust / "log.vkey")]
    command = [sys.executable, "-I", str(program), str(bundle), *anchors, "--redacted", str(copy)]

    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    copy.write_text(copy.read_text("utf-8").replace("tlog-proof@v1", "tlog-proof@v2"), "utf-8")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 5
    assert "proof_invalid" in done.stdout


def test_wrong_use_is_one_sentence(place: Place, tmp_path: Path) -> None:
    record, _ = some_record(place)
    there = tmp_path / "there.json"
    there.write_text("{}", "utf-8")
    out = ("--out", tmp_path / "copy.json")
    for words, code, sentence in (
        (["redact", record, *out], 2, "say what to hide"),
        (["redact", "0", "--hide", "x", *out], 3, "events are left out whole"),
        (["redact", "no-such", "--hide", "x", *out], 3, "no record"),
        (["redact", record, "--hide", "x", "--out", there], 2, "is there already"),
        (["reveal", there, "--token", "12", *out], 2, "name it as record#12"),
        (["reveal", there, "--token", "record#1", *out], 3, "no redacted copy"),
        (["reveal", tmp_path / "none", "--token", "record#1", *out], 3, "there is no copy"),
        (["verify", "--redacted", tmp_path / "none"], 3, "there is no redacted copy"),
    ):
        said = place.annexa(*words)
        assert said.code == code, said
        assert sentence in said.sentence
    assert there.read_text("utf-8") == "{}"


def some_record(place: Place) -> tuple[str, str]:
    """Its id, and the subscription it is of."""
    with closing(sqlite3.connect(place.home / "index.sqlite")) as index:
        asked = "SELECT record_id, scope FROM record WHERE scope LIKE 'subscription/%'"
        record, scope = index.execute(asked).fetchone()
    return record, scope.removeprefix("subscription/")
