"""What pyHanko needs to sign with our keys and be timestamped by our authorities."""

from collections.abc import Callable, Sequence
from datetime import datetime

from asn1crypto import cms, keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.trust.keys import Trust
from app.trust.timestamp import TimeAuthority, stamp_digest


class AuthorityTimeStamper(TimeStamper):
    """pyHanko's timestamper over our authorities: same failover, same verification."""

    def __init__(self, authorities: Sequence[TimeAuthority], now: Callable[[], datetime]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko's own
        self._authorities = tuple(authorities)
        self._now = now

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Verified token over a SHA-256 digest. Raises TimestampUnavailableError."""
        if md_algorithm.lower() != "sha256":
            raise ValueError(f"digests here are sha256, not {md_algorithm}")
        stamped = stamp_digest(message_digest, self._authorities, self._now)
        return cms.ContentInfo.load(stamped.token)


def seal_signer(trust: Trust) -> SimpleSigner:
    """PyHanko signer with the seal's key; the root travels along for `openssl -CAfile`."""
    private = trust.seal_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko's own
    registry.register(_asn1(trust.root))
    return SimpleSigner(
        signing_cert=_asn1(trust.seal),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=registry,
    )


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
