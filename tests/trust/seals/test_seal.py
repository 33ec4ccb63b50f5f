"""Seals: openssl verifies them, and one changed byte is one too many."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from app.errors import RefusedError
from app.trust.keys.certificates import Validity, revocation_list
from app.trust.keys.keyring import Trust, create_trust, load_trust
from app.trust.seals.seal import seal
from app.trust.time.timestamp import DevelopmentAuthority, TimestampUnavailableError

DATA = b"<asic:ASiCManifest/>" * 100
Clock = Callable[[], datetime]


def openssl(folder: Path, root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        *["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "sig"],
        *["-content", "data", "-CAfile", str(root), "-out", "/dev/null", *more],
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


def with_list(
    trust: Trust, folder: Path, revoked: Mapping[int, datetime], validity: Validity
) -> Trust:
    """The same keys, with another list of the root's."""
    copied = Path(shutil.copytree(trust.folder, folder / "trust"))
    key = load_pem_private_key((copied / "root.key.pem").read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    made = revocation_list(trust.root, key, validity, revoked, number=2)
    (copied / "root.crl.pem").write_bytes(made.public_bytes(Encoding.PEM))
    return load_trust(copied)


def test_the_seal_carries_the_list_by_which_openssl_finds_it_is_not_revoked(
    trust: Trust, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    (tmp_path / "sig").write_bytes(seal(DATA, trust, [authority], now))
    (tmp_path / "data").write_bytes(DATA)
    root = trust.folder / "root.pem"
    assert openssl(tmp_path, root, "-crl_check").returncode == 0
    assert openssl(tmp_path, root, "-crl_check_all").returncode == 0


def test_without_a_list_openssl_cannot_tell_whether_the_seal_is_revoked(
    trust: Trust, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    copied = Path(shutil.copytree(trust.folder, tmp_path / "trust"))
    (copied / "root.crl.pem").unlink()
    (tmp_path / "sig").write_bytes(seal(DATA, load_trust(copied), [authority], now))
    (tmp_path / "data").write_bytes(DATA)
    told = openssl(tmp_path, copied / "root.pem", "-crl_check")
    assert "unable to get certificate CRL" in told.stderr
    assert openssl(tmp_path, copied / "root.pem").returncode == 0


def test_nothing_is_sealed_with_a_revoked_certificate(
    trust: Trust, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    validity = Validity(start=now(), end=now() + timedelta(days=3650))
    revoked = with_list(trust, tmp_path, {trust.seal.serial_number: now()}, validity)
    with pytest.raises(RefusedError, match="was revoked on") as caught:
        seal(DATA, revoked, [authority], now)
    assert caught.value.kind == "seal_revoked"


def test_nothing_is_sealed_under_an_expired_list_or_certificate(
    trust: Trust, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    over = Validity(start=now() - timedelta(days=2), end=now() - timedelta(days=1))
    with pytest.raises(RefusedError) as caught:
        seal(DATA, with_list(trust, tmp_path, {}, over), [authority], now)
    assert caught.value.kind == "revocations_expired"
    with pytest.raises(RefusedError) as caught:
        seal(DATA, trust, [authority], lambda: now() + timedelta(days=3651))
    assert caught.value.kind == "seal_expired"
