"""What each command says: prose for people, one JSON document for programs."""

import json
import re
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

from tests.cli.conftest import Place
from tests.command_line import annexa


def document(place: Place, *words: str | Path, code: int = 0) -> Any:
    """The one JSON document of a command."""
    said = place.annexa(*words, "--json")
    assert said.code == code, said.err
    return json.loads(said.out)


def test_init_tells_what_to_note_out_of_band(place: Place) -> None:
    said = place.said["init"]
    assert said.code == 0
    assert said.err == ""
    assert (place.home / "trust/log.vkey").read_text().strip() in said.out.replace("\n", "")
    assert re.search(r"SHA-256 [0-9a-f]{64}", said.out)
    assert "annexa connection add" in said.out


def test_init_gives_json_and_never_touches_a_home_that_is_there(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = json.loads(annexa(home, "init", "--json").out)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    again = annexa(home, "init")
    assert set(made) == {"home", "origin", "root_file", "vkey_file", "vkey", "root_sha256"}
    assert again.code == 3
    assert "already" in again.sentence
    assert before == {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_collect_reports_a_run_without_gaps(place: Place) -> None:
    said = place.said["collect"]
    assert said.code == 0
    (report,) = json.loads(said.out)
    assert report["gaps"] == 0
    assert report["records"] > 10
    assert report["slot"].endswith("Z")
    assert "collecting northgate" in said.err


def test_a_run_with_gaps_ends_with_code_4_and_says_what_was_not_seen(
    spoilable: Place, denied: Any
) -> None:
    denied(path="auditingsettings")
    said = spoilable.annexa("collect")
    shown = spoilable.annexa("status")
    assert said.code == 4
    assert re.search(r"[1-9]\d* gaps", said.out)
    assert "annexa status" in said.out
    assert "sql.databases in subscription/" in shown.out
    assert "auditing" in shown.out
    assert "denied" in shown.out
    assert "complete with gaps" in shown.out


def test_status_shows_nights_verdicts_and_what_the_store_is(place: Place) -> None:
    plain = place.annexa("status")
    found = document(place, "status")
    (connection,) = found["connections"]
    (night,) = connection["nights"]
    assert night["state"] == "complete"
    assert set(connection["verdicts"]) <= {"pass", "fail", "unknown"}
    assert found["log"]["assurance"] == "development"
    assert "tamper-evident only" in plain.out
    assert "proves nothing about time" in plain.out
    assert night["slot"][:10] in plain.out
    assert plain.err == ""


def test_connections_are_listed_without_any_secret(place: Place) -> None:
    (listed,) = document(place, "connection", "list")
    assert listed["name"] == "northgate"
    assert listed["tenant_id"] == place.tenant.tenant_id
    assert "northgate  tenant" in place.annexa("connection", "list").out
    assert place.tenant.client_secret not in json.dumps(listed)


def test_collectors_lists_every_check_with_its_controls(place: Place) -> None:
    listed = document(place, "collectors")
    checks = [check for collector in listed for check in collector["checks"]]
    assert {"inventory.resources", "storage.accounts", "logging.activity"} <= {
        collector["id"] for collector in listed
    }
    assert all(check["controls"] and check["title"] and check["remedy"] for check in checks)
    by_id = {check["id"]: check for check in checks}
    assert by_id["storage.accounts.minimum_tls"]["expected"] == "1.2"
    plain = place.annexa("collectors").out
    for check in by_id:
        assert check.rsplit(".", 1)[1] in plain


def test_the_role_is_one_that_az_accepts_and_only_reads(tmp_path: Path) -> None:
    scope = "/subscriptions/00000000-0000-0000-0000-000000000001"
    said = annexa(tmp_path, "permissions", "--scope", scope, "--json")
    found = json.loads(said.out)
    role = found["role"]
    # https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-properties
    assert role["Name"]
    assert role["IsCustom"] is True
    assert role["AssignableScopes"] == [scope]
    assert role["NotActions"] == role["DataActions"] == role["NotDataActions"] == []
    for action in role["Actions"]:
        assert re.fullmatch(r"(\*|Microsoft\.\w+(/\w+)*)/read", action), action
    assert found["graph"]
    assert all(".Read." in permission for permission in found["graph"])
    plain = annexa(tmp_path, "permissions").out
    for right in [*role["Actions"], *found["graph"]]:
        assert right in plain


def test_a_token_is_shown_once_and_kept_nowhere(place: Place) -> None:
    said = place.said["token create"]
    secret = said.out.strip()
    assert re.fullmatch(r"aev_[0-9a-f]{12}_[\w-]{43}", secret)
    assert secret not in said.err
    assert "once" in said.err
    hidden = secret.split("_", 2)[2]  # which may hold an underscore itself
    for path in place.home.rglob("*"):
        if path.is_file():
            assert hidden.encode() not in path.read_bytes(), path
    assert hidden not in place.annexa("token", "list").out
    (listed,) = document(place, "token", "list")
    assert listed["name"] == "auditor"
    assert listed["revoked_at"] is None


def test_a_revoked_token_is_listed_as_revoked(spoilable: Place) -> None:
    (listed,) = document(spoilable, "token", "list")
    unknown = spoilable.annexa("token", "revoke", "nothing")
    done = spoilable.annexa("token", "revoke", listed["id"])
    assert unknown.code == 3
    assert unknown.sentence.endswith("[token_unknown]")
    assert done.code == 0
    assert "revoked" in spoilable.annexa("token", "list").out


def test_a_pack_of_a_period_without_records_is_refused(place: Place) -> None:
    said = place.annexa("pack", "--from", "2020-01-01", "--to", "2020-01-31")
    assert said.code == 3
    assert said.sentence.endswith("[period_empty]")
    assert "annexa status" in said.sentence


def test_a_pack_and_its_bundle_are_made_copied_and_verified(
    spoilable: Place, tmp_path: Path
) -> None:
    made = document(spoilable, "pack", "--out", tmp_path / "out", "--engagement", "Stage 2 audit")
    bundle = tmp_path / "out/bundle.asice"
    good = spoilable.annexa("verify", bundle)
    spoiled = bytearray(bundle.read_bytes())
    with zipfile.ZipFile(bundle) as packed:
        place_of = packed.getinfo("manifest.json").header_offset
    spoiled[spoiled.index(b'"organisation"', place_of) + 5] ^= 1
    bundle.write_bytes(spoiled)
    bad = document(spoilable, "verify", bundle, code=5)

    assert (tmp_path / "out/pack.pdf").read_bytes()[:5] == b"%PDF-"
    assert made["records"] > 10
    assert made["assurance"] == "development"
    assert good.code == 0
    assert "VERIFIED" in good.out
    assert bad["verified"] is False
    assert any("manifest.json" in fault["object"] for fault in bad["faults"])


def test_verify_names_the_object_whose_byte_was_changed(spoilable: Place) -> None:
    page = max((spoilable.home / "store/raw").rglob("*"), key=lambda path: path.stat().st_size)
    page.chmod(0o644)
    data = bytearray(page.read_bytes())
    data[len(data) // 2] ^= 1
    page.write_bytes(data)

    plain = spoilable.annexa("verify")
    found = document(spoilable, "verify", code=5)

    key = page.relative_to(spoilable.home / "store").as_posix()
    assert plain.code == 5
    assert f"FAIL  {key}" in plain.out
    assert found["verified"] is False
    assert key in {fault["object"] for fault in found["faults"]}


def test_an_intact_store_is_verified(place: Place) -> None:
    assert document(place, "verify")["verified"] is True


def rows(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the index, in an order of its own."""
    index = sqlite3.connect(home / "index.sqlite")
    try:
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [name for (name,) in index.execute(named)]
        return {
            table: sorted(index.execute(f'SELECT * FROM "{table}"'), key=repr)  # noqa: S608 - names of this index
            for table in tables
        }
    finally:
        index.close()


def test_a_rebuilt_index_is_the_same_index(spoilable: Place) -> None:
    before, shown = rows(spoilable.home), spoilable.annexa("status", "--json").out
    said = spoilable.annexa("reindex", "--json")
    assert said.code == 0
    assert json.loads(said.out)["entries"] > 10
    assert rows(spoilable.home) == before
    assert spoilable.annexa("status", "--json").out == shown


def test_an_index_that_is_lost_is_rebuilt(spoilable: Place) -> None:
    before = rows(spoilable.home)
    for left in spoilable.home.glob("index.sqlite*"):
        left.unlink()
    assert spoilable.annexa("reindex").code == 0
    assert rows(spoilable.home) == before


def test_demo_leaves_a_folder_alone_that_no_demo_made(tmp_path: Path) -> None:
    mine = tmp_path / "mine/notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    said = annexa(tmp_path / "home", "demo", "--out", mine.parent)
    assert said.code == 3
    assert "--out" in said.sentence
    assert mine.read_text() == "mine"
