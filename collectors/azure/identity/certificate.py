"""A client certificate is looked at before it is used: an expired one is told before the night."""

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
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
    certificate = _usable(path, data, password.encode() if password else None)
    _current(path, certificate, now)
    return data


def _usable(path: Path, data: bytes, password: bytes | None) -> x509.Certificate:
    """The certificate that azure-identity will present. Raises GatewayError."""
    try:
        key, certificates = _parse(data, password)
    except TypeError:
        given = "is not protected, yet a password is" if password else "needs a password, none is"
        raise _refused(f"The private key in {path} {given} named") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _refused(
            f"The certificate file {path} holds no certificate with its private key that this "
            "password opens"
        ) from None
    if key is None or not certificates:
        raise _refused(f"The certificate file {path} holds no certificate with its private key")
    if not isinstance(key, RSAPrivateKey):
        raise _refused(
            f"The certificate in {path} has a key that is not RSA, and Entra ID takes RSA only"
        )
    own = [one.public_key() == key.public_key() for one in certificates]
    if not any(own):
        raise _refused(f"No certificate in {path} belongs to its private key")
    if not own[0]:
        raise _refused(
            f"The file {path} begins with another certificate than that of its key, such as its "
            "CA's: put the client's own first"
        )
    return certificates[0]


def _parse(
    data: bytes, password: bytes | None
) -> tuple[PrivateKeyTypes | None, list[x509.Certificate]]:
    """The key, and the certificates in the order in which azure-identity takes the first."""
    if b"-----BEGIN" in data:
        key: PrivateKeyTypes | None = load_pem_private_key(data, password)
        return key, x509.load_pem_x509_certificates(data)
    key, certificate, _ = pkcs12.load_key_and_certificates(data, password)
    return key, [certificate] if certificate is not None else []


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
