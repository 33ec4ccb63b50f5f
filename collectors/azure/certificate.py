"""A client certificate is looked at before it is used: an expired one is told before the night."""

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from collectors.kit.errors import GatewayError


def read_certificate(path: Path, password: str | None, now: datetime) -> bytes:
    """Bytes of a PEM or PKCS#12 file that holds a certificate of this time, and its key.

    Raises GatewayError `credential_refused` or `certificate_expired`.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _refused(
            f"The certificate file {path} cannot be read ({type(error).__name__})"
        ) from None
    try:
        certificate = _parse(data, password.encode() if password else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _refused(
            f"The certificate file {path} holds no certificate with its private key that this "
            "password opens"
        ) from None
    _current(path, certificate, now)
    return data


def _parse(data: bytes, password: bytes | None) -> x509.Certificate:
    if b"-----BEGIN" in data:
        load_pem_private_key(data, password)
        return x509.load_pem_x509_certificate(data)
    key, certificate, _ = pkcs12.load_key_and_certificates(data, password)
    if key is None or certificate is None:
        raise ValueError("no certificate with its key")
    return certificate


def _current(path: Path, certificate: x509.Certificate, now: datetime) -> None:
    ended = certificate.not_valid_after_utc
    if ended < now:
        raise GatewayError(
            "certificate_expired",
            f"The certificate in {path} expired on {ended:%Y-%m-%d}; give the application a new "
            "one and point the connection to it.",
        )
    begins = certificate.not_valid_before_utc
    if begins > now:
        raise _refused(f"The certificate in {path} is not valid before {begins:%Y-%m-%d %H:%M} UTC")


def _refused(what: str) -> GatewayError:
    return GatewayError("credential_refused", f"{what}; check the connection's certificate file.")
