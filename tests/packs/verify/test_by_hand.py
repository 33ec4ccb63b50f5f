"""The commands of VERIFY.md, as printed, in a shell outside of the checkout."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packs.verify.made import Case


@pytest.fixture
def auditor(case: Case, tmp_path: Path) -> Path:
    """What an auditor has: the bundle and, by another way, the two anchors."""
    (tmp_path / "bundle.asice").write_bytes(case.data)
    shutil.copy(case.root, tmp_path / "root.pem")
    (tmp_path / "log.vkey").write_text(case.vkey + "\n")
    subprocess.run(["unzip", "-q", "bundle.asice", "-d", "bundle"], cwd=tmp_path, check=True)
    return tmp_path / "bundle"


def commands(case: Case) -> list[str]:
    text = case.contents()["VERIFY.md"].decode()
    return re.findall(r"^ {4,}(\S.*)$", text, re.MULTILINE)[1:]


def test_every_command_of_verify_md_succeeds(case: Case, auditor: Path) -> None:
    shown = commands(case)
    assert len(shown) == 10
    for command in shown:
        subprocess.run(["bash", "-c", command], cwd=auditor, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("file", "starts"),
    [
        ("raw/", "sha256sum -c sha256sums.txt"),
        ("META-INF/signature001.p7s", "sha256sum -c META-INF"),
        ("META-INF/ASiCManifest001.xml", "openssl cms -verify"),
        ("META-INF/ASiCManifest002.xml", "openssl ts -verify -token_in"),
        ("checkpoint/checkpoint", "openssl ts -verify -in checkpoint"),
    ],
)
def test_each_command_notices_its_changed_byte(
    file: str, starts: str, case: Case, auditor: Path
) -> None:
    command = next(each for each in commands(case) if each.startswith(starts))
    victim = min(path for path in auditor.rglob("*") if f"{path}".startswith(f"{auditor}/{file}"))
    victim = victim if victim.is_file() else min(victim.iterdir())
    victim.chmod(0o644)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    done = subprocess.run(["bash", "-c", command], cwd=auditor, check=False, capture_output=True)
    assert done.returncode != 0


def test_it_names_the_log_its_size_and_what_the_time_is_worth(case: Case) -> None:
    text = case.contents()["VERIFY.md"].decode()
    assert "**evidence.example/log**, whose evidence was sealed at log size **8**" in text
    assert "prove nothing about time to anyone else" in text
