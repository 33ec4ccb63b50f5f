"""Keys in Azure Key Vault: a digest goes out, a signature comes back, the key stays there."""

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app.errors import AppError, NotFoundError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError, HttpResponseError
    from azure.keyvault.keys.crypto import CryptographyClient

_HALF = 32
"""Bytes of r and of s on P-256."""
_RESTING = {"KeyDisabled", "KeyNotYetValid", "KeyExpired"}


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultKey:
    """An ECDSA P-256 key in Azure Key Vault, pinned to one version and to its public half."""

    key_id: str
    public: ec.EllipticCurvePublicKey
    client: "CryptographyClient" = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """Signature (DER) over the SHA-256 of `data`, once the pinned public half verifies it.

        One request each, and one more the first time. Raises RefusedError (`key_denied`,
        `key_disabled`, `key_mismatch`), NotFoundError (`key_unknown`) or UnavailableError
        (`key_throttled`, `key_unreachable`).
        """
        from azure.core.exceptions import AzureError
        from azure.keyvault.keys.crypto import SignatureAlgorithm

        digest = hashlib.sha256(data).digest()
        try:
            raw = self.client.sign(SignatureAlgorithm.es256, digest).signature
        except AzureError as error:
            raise _said(self.key_id, error) from error
        except ValueError as error:  # the SDK's own: a key past its dates, a foreign challenge
            raise RefusedError(
                f"the key {self.key_id} cannot sign now: see its dates and kind in Key Vault",
                code="key_disabled",
            ) from error
        return self._checked(raw, data)

    def _checked(self, raw: bytes, data: bytes) -> bytes:
        """A signature that does not verify must never reach evidence that cannot be replaced."""
        try:
            signature = der_signature(raw)
            self.public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except (ValueError, InvalidSignature) as error:
            raise RefusedError(
                f"the key {self.key_id} is not the one whose certificate or public key the "
                "settings name; correct key_id, or the file beside it",
                code="key_mismatch",
            ) from error
        return signature


def der_signature(raw: bytes) -> bytes:
    """ECDSA-Sig-Value (RFC 3279, section 2.2.3) of r and s as Key Vault returns them.

    Key Vault signs as JWS does (RFC 7518, section 3.4): 32 bytes of r, then 32 of s. CMS, X.509
    and signed notes want DER. Raises ValueError for another length.
    """
    if len(raw) != 2 * _HALF:
        raise ValueError(f"a P-256 signature is {2 * _HALF} bytes, not {len(raw)}")
    return encode_dss_signature(
        int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big")
    )


def _said(key_id: str, error: "AzureError") -> AppError:
    """Key Vault's refusal as one sentence with the next step. Its own text may quote tokens."""
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

    if not isinstance(error, HttpResponseError):
        return UnavailableError(
            f"the vault of key {key_id} cannot be reached: check its name, its firewall and the "
            "network, then run the command again",
            code="key_unreachable",
        )
    inner = _inner_code(error)
    if inner in _RESTING:
        return RefusedError(
            f"the key {key_id} is disabled or outside its dates ({inner}); enable this version, "
            "or rotate to another",
            code="key_disabled",
        )
    if isinstance(error, ClientAuthenticationError) or error.status_code in {401, 403}:
        return _not_let_in(key_id, error)
    if error.status_code == 404:
        return NotFoundError(
            f"Key Vault has no key {key_id}; compare key_id with: az keyvault key show",
            code="key_unknown",
        )
    if error.status_code == 429:
        return UnavailableError(
            f"Key Vault had too many requests to sign with {key_id}; run the command again later",
            code="key_throttled",
        )
    return UnavailableError(
        f"Key Vault answered {error.status_code} to a signature with {key_id}; run the command "
        "again, and ask whoever runs the vault if it stays",
        code="key_unreachable",
    )


def _not_let_in(key_id: str, error: "HttpResponseError") -> AppError:
    from azure.core.exceptions import ClientAuthenticationError

    from collectors.azure.identity.sign_in import did_not_answer

    if isinstance(error, ClientAuthenticationError) and did_not_answer(error):
        return UnavailableError(
            f"no token to sign with {key_id}: the token endpoint did not answer; nothing is known "
            "to be wrong with the credential, run the command again later",
            code="key_unreachable",
        )
    return RefusedError(
        f"Key Vault does not let this identity sign with {key_id}; give it the role "
        "'Key Vault Crypto User' on the key, and open the vault's firewall to it",
        code="key_denied",
    )


def _inner_code(error: "AzureError") -> str:
    """The reason within a refusal, such as KeyDisabled: `error.innererror.code` of its body."""
    inner = getattr(getattr(error, "error", None), "innererror", None) or {}
    return str(inner.get("code", ""))
