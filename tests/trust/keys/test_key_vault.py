"""What Key Vault refuses, as one sentence with a code; and what it must not get past us."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from azure.keyvault.keys.crypto import CryptographyClient
from cryptography.hazmat.primitives.asymmetric import ec

from app.errors import AppError, RefusedError
from app.trust.keys.key_vault import VaultKey, der_signature
from tests.trust.vault import DENIED, DISABLED, KEY_ID, THROTTLED, UNKNOWN, Identity, Vault

Opened = Callable[[Vault], VaultKey]


@pytest.fixture(scope="module")
def private() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def opened(private: ec.EllipticCurvePrivateKey, monkeypatch: pytest.MonkeyPatch) -> Opened:
    def of(vault: Vault) -> VaultKey:
        monkeypatch.setattr(requests.Session, "request", vault.request)
        client = CryptographyClient(KEY_ID, Identity(), retry_total=1)
        return VaultKey(key_id=KEY_ID, public=private.public_key(), client=client)

    return of


@pytest.mark.parametrize(
    ("status", "body", "code", "says"),
    [
        (403, DENIED, "key_denied", "Key Vault Crypto User"),
        (403, DISABLED, "key_disabled", "enable this version"),
        (401, DENIED, "key_denied", "does not let this identity sign"),
        (404, UNKNOWN, "key_unknown", "az keyvault key show"),
        (429, THROTTLED, "key_throttled", "later"),
        (500, {}, "key_unreachable", "answered 500"),
    ],
)
def test_a_refusal_is_one_sentence_with_the_next_step(
    opened: Opened,
    private: ec.EllipticCurvePrivateKey,
    status: int,
    body: dict[str, Any],
    code: str,
    says: str,
) -> None:
    key = opened(Vault(private, refusal=(status, body)))
    with pytest.raises(AppError) as caught:
        key.sign(b"data")
    assert caught.value.kind == code
    assert says in caught.value.message
    assert KEY_ID in caught.value.message
    assert "\n" not in caught.value.message
    assert "a token" not in caught.value.message


def test_a_vault_that_is_not_there_is_told_as_such(
    opened: Opened, private: ec.EllipticCurvePrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = opened(Vault(private))

    def gone(*_: object, **__: object) -> requests.Response:
        raise requests.ConnectionError("no route")

    monkeypatch.setattr(requests.Session, "request", gone)
    with pytest.raises(AppError, match="cannot be reached") as caught:
        key.sign(b"data")
    assert caught.value.kind == "key_unreachable"


def test_a_signature_of_another_key_never_reaches_the_evidence(opened: Opened) -> None:
    key = opened(Vault(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(RefusedError, match="is not the one") as caught:
        key.sign(b"data")
    assert caught.value.kind == "key_mismatch"


@pytest.mark.parametrize("readable", [True, False])
def test_signing_needs_no_right_to_read_the_key(
    opened: Opened, private: ec.EllipticCurvePrivateKey, *, readable: bool
) -> None:
    vault = Vault(private, readable=readable)
    key = opened(vault)
    key.sign(b"one")
    before = len(vault.asked)
    key.sign(b"two")
    assert vault.asked[before:] == [f"POST {KEY_ID.removeprefix('https://')}/sign"]


@pytest.mark.parametrize("raw", [b"", bytes(63), bytes(65), bytes(96)])
def test_a_signature_of_another_length_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        der_signature(raw)


def test_halves_become_integers_of_der_whatever_they_begin_with() -> None:
    raw = bytes(31) + b"\x01" + b"\xff" * 32
    assert der_signature(raw).hex() == "3026020101" + "022100" + "ff" * 32
