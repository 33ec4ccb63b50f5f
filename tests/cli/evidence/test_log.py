"""annexa log: what an auditor is handed, and the exit code when the log is another one."""

import json
from pathlib import Path

from app.evidence.tree.note import parse_vkey
from tests.command_line import annexa
from tests.proofs import verify_proof


def test_proofs_and_checkpoints_are_printed_written_and_checked(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert annexa(home, "init").code == 0
    assert annexa(home, "token", "create", "x", "--scope", "runs:read").code == 0
    proof = annexa(home, "log", "proof", "0")
    vkey = parse_vkey((home / "trust" / "log.vkey").read_text())
    entry = next((home / "store" / "entry").rglob("000.json")).read_bytes()
    assert verify_proof(proof.out, entry, vkey)[1].size == 2
    written = annexa(home, "log", "consistency", "1", "--out", tmp_path / "grown.txt")
    assert (written.code, written.out) == (0, "")
    assert (tmp_path / "grown.txt").read_text().startswith("annexa tlog-consistency@v1\n")
    listed = json.loads(annexa(home, "log", "checkpoints", "--json").out)
    assert [one["size"] for one in listed] == [1, 2]
    assert "log_created" in annexa(home, "log", "entries").out
    assert annexa(home, "log", "proof", "9").code == 3

    held = tmp_path / "held"
    held.write_bytes((home / "store" / "checkpoint" / "000000000001").read_bytes())
    assert annexa(home, "log", "verify", "--since", held).code == 0
    mailed = tmp_path / "mailed"
    mailed.write_bytes(held.read_bytes().rstrip(b"\n").replace(b"\n", b"\r\n"))
    assert annexa(home, "log", "verify", "--since", mailed).code == 0
    held.write_bytes(held.read_bytes().replace(b"\n1\n", b"\n3\n", 1))
    refused = annexa(home, "log", "verify", "--since", held, "--json")
    assert refused.code == 5
    assert json.loads(refused.out)["faults"][0]["code"] == "checkpoint_invalid"
    assert annexa(home, "log", "verify", "--since", tmp_path / "none").code == 3
