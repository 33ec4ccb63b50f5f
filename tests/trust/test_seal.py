"""Seals: openssl verifies them, and one changed byte is one too many."""

import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from app.trust.keys import Trust, create_trust
from app.trust.seal import seal
from app.trust.timestamp import DevelopmentAuthority, TimestampUnavailableError

DATA = b"<asic:ASiCManifest/>" * 100
Clock = Callable[[], datetime]


def openssl(folder: Path, root: Path) -> subprocess.CompletedProcess[str]:
    command = [
        *["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "sig"],
        *["-content", "data", "-CAfile", str(root), "-out", "/dev/null"],
    ]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def test_openssl_verifies_the_seal_and_notices_a_changed_byte(
    trust: Trust, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    (tmp_path / "sig").write_bytes(seal(DATA, trust, [authority], now))
    (tmp_path / "data").write_bytes(DATA)
    assert openssl(tmp_path, trust.folder / "root.pem").returncode == 0
    (tmp_path / "data").write_bytes(DATA[:-1] + b"x")
    assert openssl(tmp_path, trust.folder / "root.pem").returncode != 0


def test_a_seal_of_another_log_is_not_trusted(
    trust: Trust, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    other = create_trust(tmp_path / "trust", "evidence.example/log", now)
    (tmp_path / "sig").write_bytes(seal(DATA, other, [authority], now))
    (tmp_path / "data").write_bytes(DATA)
    assert openssl(tmp_path, trust.folder / "root.pem").returncode != 0
    assert openssl(tmp_path, other.folder / "root.pem").returncode == 0


def test_the_seal_carries_a_signature_timestamp_and_our_clocks_signing_time(
    trust: Trust, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    (tmp_path / "sig").write_bytes(seal(DATA, trust, [authority], now))
    printed = subprocess.run(
        ["openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "sig"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "id-smime-aa-timeStampToken" in printed
    assert "id-smime-aa-signingCertificateV2" in printed
    assert now().strftime("%b %e %H:%M:%S %Y GMT") in printed


def test_without_a_timestamp_there_is_no_seal(trust: Trust, now: Clock) -> None:
    with pytest.raises(TimestampUnavailableError):
        seal(DATA, trust, [], now)
