"""What pyHanko needs to sign with our keys and be timestamped by our authorities."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, core, parser
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.trust.keys.signers import SealSigner
from app.trust.time.der import CONSTRUCTED, CONTEXT, SEQUENCE, SET, UNIVERSAL, AsItCame, parts
from app.trust.time.timestamp import TimeAuthority, stamp_digest

TIME_STAMP = core.ObjectIdentifier("1.2.840.113549.1.9.16.2.14").dump()
"""Type of the attribute id-aa-timeStampToken."""
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
        return _AsItCame.load(stamped.token)


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

    async def async_sign_prescribed_attributes(
        self,
        digest_algorithm: str,
        signed_attrs: cms.CMSAttributes,
        cms_version: str = "v1",
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
        timestamper: TimeStamper | None = None,
        encap_content_info: Any = None,
    ) -> cms.ContentInfo:
        """The same, with its time stamp put in byte for byte: pyHanko lets asn1crypto do it."""
        later = not dry_run and timestamper is not None
        signed = await super().async_sign_prescribed_attributes(
            digest_algorithm,
            signed_attrs,
            cms_version,
            dry_run,
            None if later else timestamper,
            encap_content_info,
        )
        if timestamper is None or not later:
            return signed
        signature = signed["content"]["signer_infos"][0]["signature"].native
        digest = hashlib.sha256(signature).digest()
        token = await timestamper.async_timestamp(digest, "sha256")
        return _AsItCame.load(with_time(bytes(signed.dump()), bytes(token.dump())))


class _AsItCame(AsItCame, cms.ContentInfo):  # type: ignore[misc]  # asn1crypto has no types
    """A time stamp token, or a signature that has one in it."""


def with_time(signed: bytes, token: bytes) -> bytes:
    """The same CMS (DER) of one signer with its signature's time stamp (RFC 3161, appendix A)."""
    attribute = _sequence(TIME_STAMP, parser.emit(UNIVERSAL, CONSTRUCTED, SET, token))
    kind, data, signers = _taken_apart(signed)
    (signer,) = parts(signers)
    unsigned = parser.emit(CONTEXT, CONSTRUCTED, 1, attribute)
    signer = _sequence(*parts(signer), unsigned)
    return _signed(kind, *data, parser.emit(UNIVERSAL, CONSTRUCTED, SET, signer))


def with_revocations(
    signed: cms.ContentInfo, revocations: Sequence[x509.CertificateRevocationList]
) -> bytes:
    """The same CMS (DER) with lists in SignedData.crls (RFC 5652, section 5.1), which nobody signs.

    Put between parts that stay as they are encoded, before the last, signerInfos.
    """
    whole = bytes(signed.dump())
    if not revocations:
        return whole
    kind, data, signers = _taken_apart(whole)
    lists = sorted(each.public_bytes(Encoding.DER) for each in revocations)  # a SET OF
    return _signed(kind, *data, parser.emit(CONTEXT, CONSTRUCTED, 1, b"".join(lists)), signers)


def _taken_apart(signed: bytes) -> tuple[bytes, list[bytes], bytes]:
    """The content type, what is in the SignedData before its signers, and these."""
    kind, wrapped = parts(signed)
    (data,) = parts(wrapped)
    *others, signers = parts(data)
    return kind, others, signers


def _signed(kind: bytes, *data: bytes) -> bytes:
    return _sequence(kind, parser.emit(CONTEXT, CONSTRUCTED, 0, _sequence(*data)))


def _sequence(*inside: bytes) -> bytes:
    return bytes(parser.emit(UNIVERSAL, CONSTRUCTED, SEQUENCE, b"".join(inside)))


def loaded(certificate: x509.Certificate) -> asn1.Certificate:
    """For pyHanko."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
