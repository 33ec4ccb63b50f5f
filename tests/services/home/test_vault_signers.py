"""A home whose log and seal are signed in Key Vault, from init to a seal that verifies."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.errors import AppError, RefusedError, UsageError
from app.evidence.tree.note import parse_vkey
from app.services.home.installation import open_ports
from app.services.proof.whole_store import seal_root, verify_store
from app.services.upkeep.new_home import initialise
from app.settings import load_settings
from app.trust.keys.certificates import (
    Validity,
    revocation_list,
    root_certificate,
    seal_certificate,
)
from app.trust.seals.seal import seal
from tests.trust.vault import DISABLED, KEY_ID, Vault

SETTINGS = f"""
log_origin = "evidence.example/log"

[log_key]
kind = "key_vault"
key_id = "{KEY_ID}"
public_key = "log.pub.pem"

[seal]
kind = "key_vault"
key_id = "{KEY_ID}"
certificate = "seal.pem"
chain = ["issuer.pem"]
revocation_lists = ["issuer.crl"]
"""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def private() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def vault(private: ec.EllipticCurvePrivateKey, monkeypatch: pytest.MonkeyPatch) -> Vault:
    made = Vault(private)
    monkeypatch.setattr(requests.Session, "request", made.request)
    return made


@pytest.fixture
def home(private: ec.EllipticCurvePrivateKey, tmp_path: Path) -> Path:
    """Settings and the files they name, as somebody prepares them before `annexa init`."""
    validity = Validity(start=now() - timedelta(days=1), end=now() + timedelta(days=900))
    issuer_key = ec.generate_private_key(ec.SECP384R1())
    issuer = root_certificate(issuer_key, validity)
    certificate = seal_certificate(private.public_key(), issuer, issuer_key, validity)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    home = tmp_path / "home"
    home.mkdir()
    (home / "annexa.toml").write_text(SETTINGS)
    (home / "log.pub.pem").write_bytes(public)
    (home / "seal.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (home / "issuer.pem").write_bytes(issuer.public_bytes(Encoding.PEM))
    listed = revocation_list(issuer, issuer_key, validity)
    (home / "issuer.crl").write_bytes(listed.public_bytes(Encoding.DER))
    return home


def test_a_home_without_private_keys_of_log_and_seal_signs_and_verifies(
    home: Path, vault: Vault
) -> None:
    made = initialise(home, "Example", now)
    assert parse_vkey(made.vkey).kind == 2
    private = {path.name for path in (home / "trust").glob("*.key.pem")}
    assert private == {"root.key.pem", "tsa.key.pem"}
    assert seal_root(home) == home / "issuer.pem"
    ports = open_ports(home, now)
    try:
        assert verify_store(ports).faults == ()
        before = len(vault.asked)
        assert seal(b"data", ports.trust, ports.authorities, now)
        assert [each for each in vault.asked[before:] if each.endswith("/sign")] != []
    finally:
        ports.close()


def test_nothing_is_left_behind_when_the_vault_does_not_sign(home: Path, vault: Vault) -> None:
    vault.refusal = (403, DISABLED)
    with pytest.raises(RefusedError) as caught:
        initialise(home, "Example", now)
    assert caught.value.kind == "key_disabled"
    assert not (home / "trust").exists()


def _gone(home: Path, name: str) -> None:
    (home / name).unlink()


def _garbled(home: Path, name: str) -> None:
    (home / name).write_text("-----BEGIN NOTHING-----")


def _other(home: Path, name: str) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    validity = Validity(start=now() - timedelta(days=1), end=now() + timedelta(days=9))
    root = root_certificate(key, validity)
    files = {
        "log.pub.pem": key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        ),
        "issuer.crl": revocation_list(root, key, validity).public_bytes(Encoding.PEM),
    }
    (home / name).write_bytes(files.get(name, root.public_bytes(Encoding.PEM)))


@pytest.mark.parametrize("name", ["log.pub.pem", "seal.pem", "issuer.pem", "issuer.crl"])
@pytest.mark.parametrize("spoilt", [_gone, _garbled, _other])
def test_a_file_that_does_not_fit_is_named(
    home: Path, vault: Vault, spoilt: Callable[[Path, str], None], name: str
) -> None:
    spoilt(home, name)
    with pytest.raises(AppError) as caught:
        initialise(home, "Example", now)
    told = caught.value.message
    assert name in told or "chain" in told
    assert caught.value.kind in {"key_invalid", "unavailable"}
    assert vault.asked == []


def test_a_log_does_not_change_its_key_in_silence(home: Path, vault: Vault) -> None:
    initialise(home, "Example", now)
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    (home / "log.pub.pem").write_bytes(
        other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(UsageError, match="a log keeps the key"):
        open_ports(home, now)
    (home / "annexa.toml").write_text('log_origin = "evidence.example/log"\n')
    with pytest.raises(UsageError, match="is in a vault"):
        open_ports(home, now)
    assert vault.asked != []


@pytest.mark.parametrize(
    "changed",
    [
        SETTINGS.replace("/0123456789abcdef0123456789abcdef", ""),
        SETTINGS.replace("https://", "http://"),
        SETTINGS.replace('certificate = "seal.pem"', ""),
        SETTINGS.replace('public_key = "log.pub.pem"', ""),
        SETTINGS.replace(f'key_id = "{KEY_ID}"', "", 1),
    ],
)
def test_settings_that_pin_no_version_or_no_public_half_are_refused(
    home: Path, changed: str
) -> None:
    (home / "annexa.toml").write_text(changed)
    with pytest.raises(UsageError) as caught:
        load_settings(home)
    assert caught.value.kind == "settings_invalid"


def test_a_self_signed_certificate_needs_no_chain(
    home: Path, vault: Vault, private: ec.EllipticCurvePrivateKey
) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Seal")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(private.public_key()).serial_number(7)
    builder = builder.not_valid_before(now() - timedelta(days=1))
    builder = builder.not_valid_after(now() + timedelta(days=1))
    own = builder.sign(private, hashes.SHA256())
    (home / "seal.pem").write_bytes(own.public_bytes(Encoding.PEM))
    alone = SETTINGS.replace('chain = ["issuer.pem"]\nrevocation_lists = ["issuer.crl"]', "")
    (home / "annexa.toml").write_text(alone)
    initialise(home, "Example", now)
    assert any(each.endswith("/sign") for each in vault.asked)
