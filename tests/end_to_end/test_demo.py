"""The demo as a stranger runs it, judged by tools that are not ours."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.verapdf import judged

INSTALL = "apt-get install openssl unzip qpdf poppler-utils libnss3-tools"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """demo-out, made by the command itself in a folder outside the checkout."""
    folder = tmp_path_factory.mktemp("demo")
    out = folder / "demo-out"
    command = [sys.executable, "-m", "app.main", "demo", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (folder / "said.txt").write_text(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def unpacked(demo: Path) -> Path:
    folder = demo.parent / "unpacked"
    with zipfile.ZipFile(demo / "bundle.asice") as bundle:
        bundle.extractall(folder)
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which(command[0]), INSTALL
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_demo_leaves_what_others_rely_on(demo: Path) -> None:
    names = {
        *("pack.pdf", "bundle.asice", "trust/root.pem", "trust/log.vkey", "agreement.json"),
        *("requests.ndjson", "annexa.toml", "store", "index.sqlite"),
    }
    assert {name for name in names if not (demo / name).exists()} == set()


def test_every_verdict_agrees_with_the_truth(demo: Path) -> None:
    agreement = json.loads((demo / "agreement.json").read_text())
    said = (demo.parent / "said.txt").read_text()

    assert agreement["agree"] == agreement["of"] > 3000
    assert agreement["false_verdicts"] == 0
    assert f"agree {agreement['agree']} of {agreement['of']}" in said


def test_every_raw_body_in_the_store_was_sent_by_the_simulator(demo: Path) -> None:
    entries = [json.loads(line) for line in (demo / "requests.ndjson").read_text().splitlines()]
    sent = {entry["sha256"] for entry in entries} | {hashlib.sha256(b"").hexdigest()}

    bodies = [path for path in (demo / "store" / "raw").rglob("*") if path.is_file()]

    assert len(bodies) > 100
    for body in bodies:
        digest = hashlib.sha256(body.read_bytes()).hexdigest()
        assert digest == body.name
        assert digest in sent


def test_sha256sum_accepts_every_file_of_the_bundle(unpacked: Path) -> None:
    assert run(unpacked, "sha256sum", "--strict", "-c", "sha256sums.txt").returncode == 0


def test_openssl_accepts_seal_and_timestamps(demo: Path, unpacked: Path) -> None:
    root = str(demo / "trust" / "root.pem")
    seal = run(
        unpacked,
        *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER"),
        *("-in", "META-INF/signature001.p7s", "-content", "META-INF/ASiCManifest001.xml"),
        *("-CAfile", root, "-out", "/dev/null"),
    )
    bundle_token = run(
        unpacked,
        *("openssl", "ts", "-verify", "-token_in", "-in", "META-INF/timestamp001.tst"),
        *("-data", "META-INF/ASiCManifest002.xml", "-CAfile", root),
    )
    log_token = run(
        unpacked,
        *("openssl", "ts", "-verify", "-in", "checkpoint/checkpoint.tsr"),
        *("-data", "checkpoint/checkpoint", "-CAfile", root),
    )

    assert (seal.returncode, bundle_token.returncode, log_token.returncode) == (0, 0, 0)
    assert "Verification: OK" in bundle_token.stdout
    assert "Verification: OK" in log_token.stdout


def test_the_verifier_in_the_bundle_accepts_it_alone(demo: Path, unpacked: Path) -> None:
    vkey = (demo / "trust" / "log.vkey").read_text().strip()
    done = run(
        unpacked,
        *("python3", "-I", "verify.py", "--root", str(demo / "trust" / "root.pem")),
        *("--log-vkey", vkey),
    )

    assert done.returncode == 0, done.stdout
    assert done.stdout.rstrip().endswith("RESULT: VERIFIED")


def test_verapdf_accepts_the_signed_pack(demo: Path) -> None:
    assert judged(demo / "pack.pdf", "3a", "ua1") == ["PASS 3a", "PASS ua1"]


def test_qpdf_and_poppler_accept_the_signed_pack(demo: Path) -> None:
    assert run(demo, "qpdf", "--check", "pack.pdf").returncode == 0
    signature = run(demo, "pdfsig", "pack.pdf").stdout

    assert "Signature is Valid" in signature
    assert "Total document signed" in signature


def test_the_pack_shows_the_missed_night_and_the_denied_provider(demo: Path) -> None:
    text = " ".join(run(demo, "pdftotext", "-enc", "UTF-8", "pack.pdf", "-").stdout.split())

    assert "Nights not collected" in text
    assert "No annexa ran at the time of this night" in text
    assert "AuthorizationFailed" in text
    assert "Development time authority" in text
    assert "tamper-evident only" in text


def test_the_index_answers_the_same_after_it_was_rebuilt(demo: Path) -> None:
    def annexa(*arguments: str) -> str:
        command = [sys.executable, "-m", "app.main", "--home", str(demo), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    before = annexa("status", "--json")
    annexa("reindex")

    assert annexa("status", "--json") == before
