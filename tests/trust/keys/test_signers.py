"""The contract of signers: wherever a key is, openssl and the log accept what it signed."""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import requests
from azure.keyvault.keys import JsonWebKey
from azure.keyvault.keys.crypto import CryptographyClient
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.evidence.tree.note import (
    NoteError,
    ecdsa_verifier_key,
    format_note,
    parse_vkey,
    verifier_key,
    verify_note,
)
from app.trust.keys.key_vault import VaultKey
from app.trust.keys.keyring import Trust
from app.trust.keys.signers import (
    CertifiedKey,
    EcdsaLogSigner,
    LocalKey,
    LogSigner,
    NoteSigner,
    SigningKey,
)
from app.trust.seals.pades import seal_pdf
from app.trust.seals.seal import seal
from app.trust.time.timestamp import DevelopmentAuthority
from tests.trust.vault import KEY_ID, Identity, Vault

ORIGIN = "evidence.example/log"
DATA = b"<asic:ASiCManifest/>" * 100
KINDS = ("local", "vault, the SDK's local mode", "vault, over the network")
Clock = Callable[[], datetime]


def key_of(kind: str, private: ec.EllipticCurvePrivateKey) -> SigningKey:
    match kind:
        case "local":
            return LocalKey(private=private)
        case "vault, the SDK's local mode":
            numbers = private.private_numbers()
            x, y, d = (
                each.to_bytes(32, "big")
                for each in (
                    numbers.public_numbers.x,
                    numbers.public_numbers.y,
                    numbers.private_value,
                )
            )
            operations = ["sign", "verify"]
            jwk = JsonWebKey(kid=KEY_ID, kty="EC", crv="P-256", x=x, y=y, d=d, key_ops=operations)
            client = CryptographyClient.from_jwk(jwk)
        case _:
            client = CryptographyClient(KEY_ID, Identity())
    return VaultKey(key_id=KEY_ID, public=private.public_key(), client=client)


@pytest.fixture
def private(trust: Trust) -> ec.EllipticCurvePrivateKey:
    assert isinstance(trust.sealer, CertifiedKey)
    assert isinstance(trust.sealer.signing, LocalKey)
    return trust.sealer.signing.private


@pytest.fixture(params=KINDS)
def key(
    request: pytest.FixtureRequest,
    private: ec.EllipticCurvePrivateKey,
    monkeypatch: pytest.MonkeyPatch,
) -> SigningKey:
    monkeypatch.setattr(requests.Session, "request", Vault(private).request)
    return key_of(request.param, private)


@pytest.fixture
def sealing(trust: Trust, key: SigningKey) -> Trust:
    assert isinstance(trust.sealer, CertifiedKey)
    return replace(trust, sealer=replace(trust.sealer, signing=key))


@pytest.fixture(params=("Ed25519", *KINDS))
def notes(
    request: pytest.FixtureRequest,
    private: ec.EllipticCurvePrivateKey,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[NoteSigner]:
    if request.param == "Ed25519":
        own = Ed25519PrivateKey.generate()
        public = verifier_key(ORIGIN, own.public_key().public_bytes_raw())
        yield LogSigner(key=public, private=own)
        return
    monkeypatch.setattr(requests.Session, "request", Vault(private).request)
    yield EcdsaLogSigner(
        key=ecdsa_verifier_key(ORIGIN, private.public_key()),
        signing=key_of(request.param, private),
    )


def accepted(folder: Path, data: bytes, signature: bytes, root: Path) -> bool:
    (folder / "data").write_bytes(data)
    (folder / "sig").write_bytes(signature)
    command = [
        *["openssl", "cms", "-verify", "-cades", "-crl_check", "-binary", "-inform", "DER"],
        *["-in", "sig", "-content", "data", "-CAfile", str(root), "-out", "/dev/null"],
    ]
    return not subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode


def test_a_signature_is_der_over_the_sha256_of_the_data(key: SigningKey) -> None:
    for number in range(20):  # r or s begins with zeroes now and then
        data = b"%d" % number
        key.public.verify(key.sign(data), data, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.public.verify(key.sign(b"this"), b"that", ec.ECDSA(hashes.SHA256()))


def test_openssl_accepts_the_seal_of_every_signer(
    sealing: Trust, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    signature = seal(DATA, sealing, [authority], now)
    root = sealing.folder / "root.pem"
    assert accepted(tmp_path, DATA, signature, root)
    assert not accepted(tmp_path, DATA[:-1] + b"x", signature, root)


def test_openssl_accepts_the_sealed_pdf_of_every_signer(
    sealing: Trust, plain_pdf: bytes, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    pdf = seal_pdf(plain_pdf, sealing, [authority], now)
    found = re.search(rb"/ByteRange\s*\[(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    assert found
    start, first, end, second = map(int, found.groups())
    data = pdf[start : start + first] + pdf[end : end + second]
    signature = bytes.fromhex(pdf[first + 1 : end - 1].decode())
    (tmp_path / "data").write_bytes(data)
    (tmp_path / "sig").write_bytes(signature)
    command = ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "sig"]
    command += ["-content", "data", "-CAfile", str(sealing.folder / "root.pem")]
    subprocess.run([*command, "-out", "/dev/null"], cwd=tmp_path, check=True, capture_output=True)


def test_the_log_accepts_the_note_of_every_signer(notes: NoteSigner) -> None:
    text = f"{ORIGIN}\n1\n\u2014 a line\n"
    note = format_note(text, [notes.sign(text)])
    key = parse_vkey(str(notes.key))
    assert verify_note(note, key) == text
    with pytest.raises(NoteError, match="does not verify"):
        verify_note(note.replace(b"\n1\n", b"\n2\n"), key)


def test_no_signer_shows_a_key_or_token(key: SigningKey, notes: NoteSigner) -> None:
    shown = repr(key) + repr(notes)
    assert "private" not in shown.lower()
    assert "client" not in shown
