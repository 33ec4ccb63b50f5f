"""Client assertions: what Entra checks of a certificate credential (RFC 7523).

Checked always: three parts, a certificate thumbprint in the header (`x5t` or `x5t#S256`), `iss` and
`sub` are the application, `aud` is a token endpoint, not expired. With a registered certificate
also: the thumbprint is that certificate's, its own validity, and the RS256 or PS256 signature.
Without one, any certificate's assertion is accepted. An assertion without a thumbprint is a
federated one (workload identity) and is refused: the application has no federated credential.
"""

import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import Certificate

from simulator.server.mint import decode_part


@dataclass(frozen=True, slots=True)
class AssertionProblem:
    """Why an assertion is refused: the AADSTS number and its sentence."""

    number: int
    message: str


def problem(
    assertion: str, *, client_id: str, certificate: Certificate | None
) -> AssertionProblem | None:
    """What is wrong with a client assertion; None when it is accepted."""
    try:
        head, body, signature = assertion.split(".")
        header: dict[str, Any] = json.loads(decode_part(head))
        claims: dict[str, Any] = json.loads(decode_part(body))
        mark = decode_part(signature)
    except ValueError:
        return AssertionProblem(50027, "JWT token is invalid or malformed.")
    thumbprint = header.get("x5t#S256") or header.get("x5t")
    if not thumbprint:
        return AssertionProblem(
            70021, "No matching federated identity record found for presented assertion."
        )
    return _wrong_claims(claims, client_id) or _wrong_certificate(
        header, f"{head}.{body}".encode(), mark, certificate
    )


def _wrong_claims(claims: dict[str, Any], client_id: str) -> AssertionProblem | None:
    parties = {str(claims.get("iss", "")).lower(), str(claims.get("sub", "")).lower()}
    if parties != {client_id}:
        return AssertionProblem(
            700021, "Client assertion application identifier does not match 'client_id' parameter."
        )
    if not str(claims.get("aud", "")).lower().endswith(("/oauth2/v2.0/token", "/v2.0")):
        return AssertionProblem(700023, "Client assertion audience claim does not match.")
    if float(claims.get("exp", 0)) < time.time():
        return AssertionProblem(700024, "Client assertion is not within its valid time range.")
    return None


def _wrong_certificate(
    header: dict[str, Any], signed: bytes, mark: bytes, certificate: Certificate | None
) -> AssertionProblem | None:
    if certificate is None:
        return None
    if not _same_thumbprint(header, certificate):
        return _invalid_signature("The key was not found", header)
    if certificate.not_valid_after_utc < datetime.now(UTC):
        return _invalid_signature("The key used is expired", header)
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return _invalid_signature("The key is not an RSA key", header)
    scheme = (
        padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
        if header.get("alg") == "PS256"
        else padding.PKCS1v15()
    )
    try:
        key.verify(mark, signed, scheme, hashes.SHA256())
    except InvalidSignature:
        return _invalid_signature("The provided signature value did not match", header)
    return None


def _same_thumbprint(header: dict[str, Any], certificate: Certificate) -> bool:
    # SHA-1 only because `x5t` is defined with it (RFC 7515 section 4.1.7).
    known = {
        "x5t": certificate.fingerprint(hashes.SHA1()),  # noqa: S303 - a name, not a proof
        "x5t#S256": certificate.fingerprint(hashes.SHA256()),
    }
    return any(
        str(header[name]).rstrip("=") == urlsafe_b64encode(mark).rstrip(b"=").decode()
        for name, mark in known.items()
        if header.get(name)
    )


def _invalid_signature(reason: str, header: dict[str, Any]) -> AssertionProblem:
    used = header.get("x5t") or header.get("x5t#S256")
    return AssertionProblem(
        700027,
        "Client assertion contains an invalid signature. "
        f"[Reason - {reason}., Thumbprint of key used by client: '{used}']",
    )
