"""The verifier in a bundle: one file, old Pythons, and every changed byte of every file."""

import ast
import io
import json
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import UsageError
from app.evidence.tree.note import NoteSignature, format_note, parse_note, verifier_key
from app.packs.verify import verify as installed
from app.packs.verify.one_file import verifier
from app.services.log.evidence_log import EvidenceLog
from app.store.local.folder import LocalStore
from app.trust.keys.keyring import create_trust
from app.trust.time.timestamp import DevelopmentAuthority
from tests.packs.bundles import build_bundle
from tests.packs.verify.made import NOW, Case, Signer, evidence, now, unpacked


def failures(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Names of the files that did not verify."""
    lines = [line for line in done.stdout.splitlines() if line.startswith("FAIL ")]
    assert done.returncode == (5 if lines else 0), done.stderr
    expected = f"RESULT: {len(lines)} FAILURE(S)" if lines else "RESULT: VERIFIED"
    assert done.stdout.splitlines()[-1] == expected
    return [line.removeprefix("FAIL ").split(":")[0] for line in lines]


def test_it_is_one_file_for_python_3_8_without_dependencies() -> None:
    tree = ast.parse(verifier(), feature_version=(3, 8))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert all(name.name in sys.stdlib_module_names for name in node.names)
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] in sys.stdlib_module_names


def test_it_uses_nothing_at_its_start_that_python_3_8_does_not_have() -> None:
    """Annotations are never run there; what is, may not subscript a builtin or use newer names."""
    tree = ast.parse(verifier())
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for one in [*node.args.args, *node.args.kwonlyargs, node.args.vararg]:
                if one is not None:
                    one.annotation = None
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
    builtin = {"list", "dict", "tuple", "set", "frozenset", "type"}
    newer = {"removeprefix", "removesuffix", "is_relative_to", "pairwise", "bit_count", "UTC"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            assert node.value.id not in builtin, ast.unparse(node)
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            assert name not in newer, ast.unparse(node)


def test_no_two_of_its_parts_give_the_same_name_to_different_things() -> None:
    told: dict[str, set[str]] = {}
    for node in ast.parse(verifier()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            told.setdefault(node.name, set()).add(ast.dump(node))
        elif isinstance(node, ast.Assign):
            for one in node.targets:
                told.setdefault(ast.unparse(one), set()).add(ast.dump(node.value))
    assert [name for name, things in told.items() if len(things) > 1] == []


def test_a_bundle_verifies_packed_and_unpacked(case: Case, tmp_path: Path) -> None:
    (tmp_path / "bundle.asice").write_bytes(case.data)
    folder = unpacked(case.contents(), tmp_path / "bundle")
    for target in (tmp_path / "bundle.asice", folder):
        done = case.run(target)
        assert failures(done) == []
        assert "proves nothing about time" in done.stdout
    assert case.contents()["verify.py"] == verifier()


def test_the_installed_program_runs_the_same_checks(case: Case, tmp_path: Path) -> None:
    (tmp_path / "bundle.asice").write_bytes(case.data)
    command = [sys.executable, "-I", installed.__file__, str(tmp_path / "bundle.asice"), "--json"]
    anchors = ["--root", str(case.root), "--log-vkey", case.vkey]
    done = subprocess.run([*command, *anchors], check=False, capture_output=True, text=True)
    told = json.loads(done.stdout)
    assert (done.returncode, told["result"], told["failures"]) == (0, "VERIFIED", [])


def test_any_changed_missing_or_added_file_is_named(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = case.contents()
    folder = unpacked(contents, tmp_path / "bundle")
    detected = tried = 0
    for name, data in contents.items():
        path = folder / name
        central = name.startswith(("META-INF/", "checkpoint/", "sha256sums"))
        for damage in (*(flips(data) if central else flips(data)[1:2]), None):
            if damage is None:
                path.unlink()
            else:
                path.write_bytes(damage)
            tried += 1
            named = failures(case.run(folder))
            detected += name in named
            assert name in named, (name, named)
        path.write_bytes(data)
    for name in ("notes.txt", "raw/" + "0" * 64, "META-INF/more.xml", "entries/000000000004.json"):
        (folder / name).write_bytes(b"{}")
        tried += 1
        assert name in failures(case.run(folder))
        detected += 1
        (folder / name).unlink()
    assert failures(case.run(folder)) == []
    with capsys.disabled():
        sys.stdout.write(f"\ndetected {detected} of {tried}\n")


def flips(data: bytes) -> list[bytes]:
    """One byte flipped at the start, in the middle and at the end."""
    changed = []
    for place in (0, len(data) // 2, len(data) - 1):
        damaged = bytearray(data)
        damaged[place] ^= 1
        changed.append(bytes(damaged))
    return changed


def test_a_flip_that_comes_with_matching_digests_is_still_refused(
    case: Case, tmp_path: Path
) -> None:
    """Someone without the seal's key can rewrite the lists, and not the seal."""
    for name in ("pack.pdf", "raw/" + "x", "entries/000000000001.json"):
        files = dict(case.files)
        victim = next(each for each in sorted(files) if each.startswith(name.rstrip("x")))
        files[victim] = flips(files[victim])[0]
        forged = build_bundle(
            files,
            seal=lambda _: case.contents()["META-INF/signature001.p7s"],
            stamp=lambda _: case.contents()["META-INF/timestamp001.tst"],
        )
        (tmp_path / "forged.asice").write_bytes(forged)
        named = failures(case.run(tmp_path / "forged.asice"))
        assert "META-INF/ASiCManifest001.xml" in named
        assert "META-INF/ASiCManifest002.xml" in named


def test_a_bundle_of_another_trust_folder_is_refused(case: Case, tmp_path: Path) -> None:
    trust = create_trust(tmp_path / "trust", "evidence.example/log", now)
    other = Signer(trust, DevelopmentAuthority.of(trust, now))
    resealed = build_bundle(case.files, seal=other.seal, stamp=other.stamp)
    rewritten = build_bundle(
        evidence(other, LocalStore(tmp_path / "store", now=now)), seal=other.seal, stamp=other.stamp
    )
    (tmp_path / "resealed.asice").write_bytes(resealed)
    (tmp_path / "rewritten.asice").write_bytes(rewritten)
    sealed_by_other = {"META-INF/ASiCManifest001.xml", "META-INF/ASiCManifest002.xml"}
    assert set(failures(case.run(tmp_path / "resealed.asice"))) == sealed_by_other
    sealed_by_other.add("pack.pdf")
    named = set(failures(case.run(tmp_path / "rewritten.asice")))
    assert named == {*sealed_by_other, "checkpoint/checkpoint"}


def resigned(case: Case, files: dict[str, bytes], tmp_path: Path) -> list[str]:
    """What is named when the organisation itself seals evidence that does not hold together."""
    forged = build_bundle(files, seal=case.signer.seal, stamp=case.signer.stamp)
    (tmp_path / "forged.asice").write_bytes(forged)
    return failures(case.run(tmp_path / "forged.asice"))


@pytest.mark.parametrize(
    "name",
    [
        "raw/",
        "derived/",
        "rules/",
        "entries/000000000001.json",
        "proofs/000000000001.tlog-proof",
        "checkpoint/checkpoint",
        "checkpoint/checkpoint.tsr",
    ],
)
def test_even_the_seals_owner_cannot_change_evidence(name: str, case: Case, tmp_path: Path) -> None:
    victim = next(each for each in sorted(case.files) if each.startswith(name))
    for damaged in flips(case.files[victim]):
        try:
            named = resigned(case, {**case.files, victim: damaged}, tmp_path)
        except UsageError:
            assert name.startswith("checkpoint/")  # what cannot be read is not even bundled
            continue
        owner = victim.replace("proofs", "entries").replace("tlog-proof", "json")
        if victim.endswith(".tsr"):
            owner = "checkpoint/checkpoint"
        assert {victim, owner} & set(named), named


def test_an_entry_left_out_of_its_proof_or_of_its_objects_is_named(
    case: Case, tmp_path: Path
) -> None:
    for victim in case.files:
        if victim.startswith(("raw/", "derived/", "rules/", "proofs/", "entries/")):
            rest = {name: data for name, data in case.files.items() if name != victim}
            named = resigned(case, rest, tmp_path)
            expected = victim.replace("proofs", "entries").replace("tlog-proof", "json")
            if victim.startswith("entries/"):
                expected = victim.replace("entries", "proofs").replace("json", "tlog-proof")
            assert expected in named, (victim, named)


def test_unnamed_evidence_cannot_be_slipped_in(case: Case, tmp_path: Path) -> None:
    for stray in ("raw/" + "0" * 64, "rules/" + "0" * 64 + ".zip"):
        assert resigned(case, {**case.files, stray: b"stray"}, tmp_path) == [stray]


def test_an_entry_under_another_number_is_named(case: Case, tmp_path: Path) -> None:
    files = dict(case.files)
    for folder, kind in (("entries", "json"), ("proofs", "tlog-proof")):
        files[f"{folder}/000000000006.{kind}"] = files.pop(f"{folder}/000000000005.{kind}")
    assert "entries/000000000006.json" in resigned(case, files, tmp_path)


def test_a_checkpoint_of_another_key_of_the_same_name_is_refused(
    case: Case, tmp_path: Path
) -> None:
    other = create_trust(tmp_path / "trust", "evidence.example/log", now)
    text = parse_note(case.files["checkpoint/checkpoint"]).text
    claimed = NoteSignature(
        name=case.signer.trust.log.key.name,
        key_id=case.signer.trust.log.key.key_id,
        signature=other.log.sign(text).signature,
    )
    for signature in (other.log.sign(text), claimed):
        forged = format_note(text, [signature])
        named = resigned(case, {**case.files, "checkpoint/checkpoint": forged}, tmp_path)
        assert "checkpoint/checkpoint" in named


def test_the_anchors_may_lie_beside_the_files(case: Case, tmp_path: Path) -> None:
    folder = unpacked(case.contents(), tmp_path / "bundle")
    (folder / "root.pem").write_bytes(case.root.read_bytes())
    (folder / "log.vkey").write_text(case.vkey + "\n")
    assert failures(case.run(folder)) == []
    assert failures(case.run(folder, "--log-vkey", str(folder / "log.vkey"))) == []
    (folder / "log.vkey").write_text("another\n")
    assert failures(case.run(folder)) == ["log.vkey"]


def zipped(write: Callable[[zipfile.ZipFile], None], case: Case) -> bytes:
    made = io.BytesIO(case.data)
    with zipfile.ZipFile(made, "a") as opened:
        write(opened)
    return made.getvalue()


def link(opened: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    opened.writestr(info, "/etc/passwd")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("write", "named"),
    [
        (lambda z: z.writestr("../outside.txt", b"x"), "../outside.txt"),
        (lambda z: z.writestr("/etc/outside.txt", b"x"), "/etc/outside.txt"),
        (lambda z: z.writestr("a/../../outside.txt", b"x"), "a/../../outside.txt"),
        (lambda z: z.writestr("pack.pdf", b"x"), "pack.pdf"),
        (lambda z: z.writestr("PACK.PDF", b"x"), "PACK.PDF"),
        (lambda z: z.writestr("bomb", bytes(1 << 20), zipfile.ZIP_DEFLATED), "bomb"),
        (link, "link"),
    ],
)
def test_a_container_cannot_write_outside_or_hide_a_file(
    write: Callable[[zipfile.ZipFile], None], named: str, case: Case, tmp_path: Path
) -> None:
    target = tmp_path / "inner" / "bundle.asice"
    target.parent.mkdir()
    target.write_bytes(zipped(write, case))
    assert named in failures(case.run(target))
    assert [path.name for path in tmp_path.rglob("*outside*")] == []


def test_a_link_in_a_folder_is_no_file(case: Case, tmp_path: Path) -> None:
    folder = unpacked(case.contents(), tmp_path / "bundle")
    (tmp_path / "pack.pdf").write_bytes(case.contents()["pack.pdf"])
    (folder / "pack.pdf").unlink()
    (folder / "pack.pdf").symlink_to(tmp_path / "pack.pdf")
    assert "pack.pdf" in failures(case.run(folder))


def test_declarations_in_a_manifest_are_not_read(case: Case, tmp_path: Path) -> None:
    folder = unpacked(case.contents(), tmp_path / "bundle")
    manifest = folder / "META-INF/ASiCManifest001.xml"
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    manifest.write_bytes(manifest.read_bytes().replace(b"\n<asic", b"\n" + bomb + b"<asic", 1))
    done = case.run(folder)
    assert "META-INF/ASiCManifest001.xml: the manifest has declarations" in done.stdout


def test_certificates_are_judged_at_the_time_given(case: Case, tmp_path: Path) -> None:
    folder = unpacked(case.contents(), tmp_path / "bundle")
    late = (NOW + timedelta(days=4000)).isoformat()
    assert "META-INF/ASiCManifest001.xml" in failures(case.run(folder, "--at", late))
    assert "certificate has expired" in case.run(folder, "--at", late).stdout
    assert failures(case.run(folder, "--at", str(int(NOW.timestamp())))) == []
    assert failures(case.run(folder, "--at", NOW.isoformat())) == []


def test_wrong_use_is_told_in_one_line(case: Case, tmp_path: Path) -> None:
    for arguments in (
        ("--log-vkey", "nonsense"),
        ("--log-vkey", str(verifier_key("other", bytes(32)))[:-2]),
        ("--root", str(tmp_path / "none.pem")),
        ("--at", "yesterday"),
    ):
        done = case.run(tmp_path, *arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    assert case.run(tmp_path / "none.asice").returncode == 2


def test_what_is_no_bundle_does_not_verify(case: Case, tmp_path: Path) -> None:
    (tmp_path / "bundle.asice").write_bytes(b"no zip at all")
    assert "bundle.asice" in failures(case.run(tmp_path / "bundle.asice"))
    (tmp_path / "empty").mkdir()
    done = case.run(tmp_path / "empty")
    assert (done.returncode, "is no unpacked bundle" in done.stderr) == (2, True)
    (tmp_path / "empty" / "META-INF").mkdir()
    assert len(failures(case.run(tmp_path / "empty"))) > 5


@pytest.mark.parametrize(
    "record",
    [
        b"[]",
        b"{}",
        b'{"seq":1}',
        b'{"schema":"urn:annexa:record:v1","seq":1}',
        b'{"schema":"urn:annexa:record:v1","seq":1,"source":[{"raw_sha256":"../../root.pem"}]}',
        b'{"schema":"urn:annexa:record:v1","seq":1,"source":[{"raw_sha256":5}]}',
        b"[" * 100_000,
    ],
)
def test_odd_entries_that_the_log_itself_proves_are_told_and_do_not_crash(
    record: bytes, case: Case, tmp_path: Path
) -> None:
    log = EvidenceLog.open(LocalStore(tmp_path / "store", now=now), case.signer.trust.log)
    log.append(lambda _: b'{"seq":0}')
    log.append(lambda _: record)
    checkpoint = log.seal(now, [case.signer.authority])
    files = {
        "checkpoint/checkpoint": checkpoint.note,
        "checkpoint/checkpoint.tsr": checkpoint.timestamp or b"",
        "entries/000000000000.json": b'{"seq":0}',
        "entries/000000000001.json": record,
        "proofs/000000000000.tlog-proof": log.proof(0).encode(),
        "proofs/000000000001.tlog-proof": log.proof(1).encode(),
    }
    assert set(resigned(case, files, tmp_path)) == {"entries/000000000001.json"}


def test_a_truncated_bundle_does_not_verify(case: Case, tmp_path: Path) -> None:
    for length in (len(case.data) // 2, len(case.data) - 10):
        (tmp_path / "bundle.asice").write_bytes(case.data[:length])
        assert failures(case.run(tmp_path / "bundle.asice"))


def test_a_bundle_that_was_cut_short_behind_a_container_in_it_is_a_bundle_cut_short(
    case: Case, tmp_path: Path
) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as rules:
        rules.writestr("rules.py", "pass")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as whole:
        whole.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
        whole.writestr("rules/a.zip", inner.getvalue())
    end = outer.getvalue().index(inner.getvalue()) + len(inner.getvalue())
    (tmp_path / "bundle.asice").write_bytes(outer.getvalue()[:end])
    assert (
        "it begins as a bundle and ends as none: it was cut short [zip_unreadable]"
        in case.run(tmp_path / "bundle.asice").stdout
    )


def test_declarations_do_not_hide_in_another_encoding(case: Case, tmp_path: Path) -> None:
    folder = unpacked(case.contents(), tmp_path / "bundle")
    manifest = folder / "META-INF/ASiCManifest001.xml"
    text = manifest.read_text("utf-8").replace("UTF-8", "UTF-16")
    manifest.write_bytes(text.encode("utf-16"))
    assert "META-INF/ASiCManifest001.xml: the manifest is not in UTF-8" in case.run(folder).stdout


@pytest.mark.parametrize("version", ["LibreSSL 3.3.6", "OpenSSL 1.1.1w  11 Sep 2023"])
def test_what_only_passes_for_openssl_3_is_told_and_not_blamed_on_the_bundle(
    version: str, case: Case, tmp_path: Path
) -> None:
    other = tmp_path / "openssl"
    other.write_text(f"#!/bin/sh\necho '{version}'\n")
    other.chmod(0o755)
    command = [sys.executable, "-I", "-S", str(case.script), str(tmp_path)]
    done = subprocess.run(
        [*command, "--root", str(case.root), "--log-vkey", case.vkey],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path)},
    )
    assert done.returncode == 2
    assert f"OpenSSL 3 is needed; this computer has {version!r}" in done.stderr


def test_a_console_without_a_letter_is_shown_its_number(case: Case, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.asice"
    bundle.write_bytes(case.data)
    sent = tmp_path / "\u4e2d"
    sent.write_bytes(case.files["checkpoint/checkpoint"])
    run = (
        "import io, runpy, sys; "
        "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='cp1252'); "
        "runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    )
    arguments = [str(bundle), "--root", str(case.root), "--log-vkey", case.vkey]
    done = subprocess.run(
        [sys.executable, "-I", "-c", run, str(case.script), *arguments, "--since", str(sent)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith("RESULT: VERIFIED\n"), done.stderr
    assert "entries in \\u4e2d" in done.stdout
