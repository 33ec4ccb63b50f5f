"""What pyHanko needs to sign with our keys and be timestamped by our authorities."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from asn1crypto import algos, cms, parser
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.trust.keys.signers import SealSigner
from app.trust.time.der import CONSTRUCTED, CONTEXT, SEQUENCE, UNIVERSAL, AsItCame, parts
from app.trust.time.timestamp import TimeAuthority, stamp_digest

LONGEST = 72
"""Bytes of the longest ECDSA-Sig-Value on P-256."""


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
        return _Token.load(stamped.token)


class CmsSigner(Signer):
    """pyHanko's signer over our port: wherever the key is, CMS and PDF are signed alike."""

    def __init__(self, sealer: SealSigner) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko's own
        registry.register_multiple([loaded(each) for each in sealer.chain])
        super().__init__(
            signing_cert=loaded(sealer.certificate),
            cert_registry=registry,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            embed_roots=True,  # the root travels along, for people to look at
        )
        self._sealer = sealer

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
    ) -> bytes:
        """Signature (DER). Raises as `SigningKey.sign` does."""
        if digest_algorithm.lower() != "sha256":
            raise ValueError(f"digests here are sha256, not {digest_algorithm}")
        if dry_run:
            return bytes(LONGEST)
        return await asyncio.to_thread(self._sealer.sign, data)


class _Token(AsItCame, cms.ContentInfo):  # type: ignore[misc]  # asn1crypto has no types
    """A time stamp token."""


class _Certificate(AsItCame, asn1.Certificate):  # type: ignore[misc]  # asn1crypto has no types
    """Somebody's certificate."""


def with_revocations(
    signed: cms.ContentInfo, revocations: Sequence[x509.CertificateRevocationList]
) -> bytes:
    """The same CMS (DER) with lists in SignedData.crls (RFC 5652, section 5.1), which nobody signs.

    Put between parts that stay as they are encoded, before the last, signerInfos.
    """
    whole = bytes(signed.dump())
    if not revocations:
        return whole
    kind, wrapped = parts(whole)
    (data,) = parts(wrapped)
    *others, signers = parts(data)
    lists = sorted(each.public_bytes(Encoding.DER) for each in revocations)  # a SET OF
    crls = parser.emit(CONTEXT, CONSTRUCTED, 1, b"".join(lists))
    data = parser.emit(UNIVERSAL, CONSTRUCTED, SEQUENCE, b"".join((*others, crls, signers)))
    wrapped = parser.emit(CONTEXT, CONSTRUCTED, 0, data)
    return bytes(parser.emit(UNIVERSAL, CONSTRUCTED, SEQUENCE, kind + wrapped))


def loaded(certificate: x509.Certificate) -> asn1.Certificate:
    """For pyHanko, which writes it as it is."""
    return _Certificate.load(certificate.public_bytes(Encoding.DER))
