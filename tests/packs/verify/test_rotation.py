"""A log that changed its key: bundles of before and after, with the file of all its keys."""

from dataclasses import replace
from pathlib import Path

from app.evidence.tree.note import FormerKey, format_vkeys, parse_vkey, verifier_key
from tests.packs.verify.made import Case
from tests.packs.verify.test_one_file import failures


def test_a_bundle_of_a_former_key_verifies_up_to_its_last_size(case: Case, tmp_path: Path) -> None:
    (tmp_path / "bundle.asice").write_bytes(case.data)
    old = parse_vkey(case.vkey)
    new = verifier_key(old.name, bytes(range(32)))
    for until, expected in ((8, []), (100, []), (7, ["checkpoint/checkpoint"])):
        keys = replace(new, former=(FormerKey(key=old, until=until),))
        file = tmp_path / "log.vkey"
        file.write_text(format_vkeys(keys))
        done = replace(case, vkey=str(file)).run(tmp_path / "bundle.asice")
        assert failures(done) == expected
    turned = replace(old, former=(FormerKey(key=new, until=8),))
    file.write_text(format_vkeys(turned))
    assert failures(replace(case, vkey=str(file)).run(tmp_path / "bundle.asice")) == []


def test_a_file_of_keys_that_cannot_be_read_is_wrong_use(case: Case, tmp_path: Path) -> None:
    (tmp_path / "bundle.asice").write_bytes(case.data)
    file = tmp_path / "log.vkey"
    file.write_text(f"{case.vkey}\nnonsense 8\n")
    done = replace(case, vkey=str(file)).run(tmp_path / "bundle.asice")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
