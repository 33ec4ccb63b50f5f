"""Judges that are not ours: openssl, RFC 6962 as it reads, pymerkle, pdfsig and qpdf."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from pymerkle import InmemoryTree

from app.evidence.record import entry_key
from app.services.log.checkpoints import checkpoint_key, token_key
from tests.tampering.subject import Subject

INSTALL = "apt-get install openssl qpdf poppler-utils libnss3-tools"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which(command[0]), f"{command[0]} is missing: {INSTALL}"
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(subject: Subject, tmp_path: Path) -> Path:
    """The bundle as unzipped, with the root beside it."""
    for name, data in subject.files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "root.pem").write_bytes((subject.trust.folder / "root.pem").read_bytes())
    return tmp_path


def test_pymerkle_computes_the_root_of_every_checkpoint(subject: Subject) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for seq in range(subject.all_sizes[-1]):
        tree.append_entry(subject.objects[entry_key(seq)])
    for size in subject.all_sizes:
        note = subject.objects[checkpoint_key(size)].decode().split("\n")
        assert int(note[1]) == size
        assert base64.b64decode(note[2]) == tree.get_root(size)


def test_openssl_verifies_the_seal_and_refuses_it_over_another_list(folder: Path) -> None:
    seal = ["-cades", "-binary", "-inform", "DER", "-in", "META-INF/signature001.p7s"]
    command = ["openssl", "cms", "-verify", *seal, "-CAfile", "root.pem", "-out", "/dev/null"]
    listed = "META-INF/ASiCManifest001.xml"
    assert run(folder, *command, "-content", listed).returncode == 0
    (folder / listed).write_bytes((folder / listed).read_bytes().replace(b"pack.pdf", b"pack.pdg"))
    assert run(folder, *command, "-content", listed).returncode != 0


def test_openssl_verifies_every_token_and_refuses_it_over_another_checkpoint(
    subject: Subject, folder: Path
) -> None:
    (folder / "other").write_bytes(b"another checkpoint\n")
    for size in subject.all_sizes:
        (folder / "note").write_bytes(subject.objects[checkpoint_key(size)])
        (folder / "token").write_bytes(subject.objects[token_key(size)])
        command = ["openssl", "ts", "-verify", "-in", "token", "-CAfile", "root.pem", "-data"]
        assert run(folder, *command, "note").returncode == 0
        assert run(folder, *command, "other").returncode != 0


def test_openssl_verifies_the_logs_own_signature(subject: Subject, folder: Path) -> None:
    """Ed25519 (RFC 8032) over the note's text, by the key in the vkey."""
    key = base64.b64decode(subject.trust.vkey.split("+", 2)[2])[1:]
    (folder / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der"]
    for size in subject.all_sizes:
        text, _, line = subject.objects[checkpoint_key(size)].decode().rpartition("\n\n")
        (folder / "text").write_text(text + "\n")
        (folder / "signature").write_bytes(base64.b64decode(line.split(" ")[2])[4:])
        told = run(folder, *command, "-rawin", "-in", "text", "-sigfile", "signature")
        assert told.returncode == 0, told.stderr


def test_coreutils_verifies_every_digest(folder: Path) -> None:
    for sums in ("sha256sums.txt", "META-INF/sha256sums.txt"):
        assert run(folder, "sha256sum", "--check", "--quiet", "--strict", sums).returncode == 0


def test_qpdf_and_pdfsig_accept_the_pack_and_pdfsig_sees_a_change(folder: Path) -> None:
    assert run(folder, "qpdf", "--check", "pack.pdf").returncode == 0
    told = run(folder, "pdfsig", "-nocert", "pack.pdf").stdout
    assert "Signature is Valid" in told, told
    assert "Total document signed" in told
    data = bytearray((folder / "pack.pdf").read_bytes())
    place = data.index(b"stream") + 20
    data[place] ^= 1
    (folder / "pack.pdf").write_bytes(data)
    assert "Signature is Valid" not in run(folder, "pdfsig", "-nocert", "pack.pdf").stdout
