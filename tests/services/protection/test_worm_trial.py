"""verify-worm as a user runs it: exit code, answers, and the event in the log."""

import json
from pathlib import Path

from app.evidence.canonical import parse
from app.evidence.record import entry_key
from app.services.upkeep.new_home import initialise
from app.store.local.folder import LocalStore
from tests.command_line import annexa
from tests.installation import now


def test_a_local_store_is_reported_tamper_evident_only_and_the_log_keeps_all_answers(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    initialise(home, "Northgate Health", now)

    said = annexa(home, "verify-worm", "--json")

    told = json.loads(said.out)
    assert said.code == 5
    assert told["immutable"] is False
    assert told["permitted"] == ["overwrite", "delete"]
    assert told["verdict"].startswith("tamper-evident only")
    entry = parse(LocalStore(home / "store").get(entry_key(1)))
    assert entry["kind"] == "worm_verified"
    assert entry["detail"] == told
    assert "overwrite by file" not in annexa(home, "verify-worm").err
    assert annexa(home, "verify").code == 0


def test_status_says_what_the_store_guarantees_and_when_it_was_put_to_the_test(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    initialise(home, "Northgate Health", now)
    before = annexa(home, "status").out
    assert "tamper-evident only: whoever owns the disk can change" in before
    assert "not yet put to the test with `annexa verify-worm`" in before

    annexa(home, "verify-worm")

    after = json.loads(annexa(home, "status", "--json").out)["log"]["guarantee"]
    assert "Put to the test on 20" in after
    assert "the owner of the folder can overwrite and delete by file" in after
