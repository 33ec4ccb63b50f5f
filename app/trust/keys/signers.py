"""Who signs: a key at hand or one that never leaves a vault, behind the same two ports."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.errors import RefusedError
from app.evidence.tree.note import NoteSignature, VerifierKey


class SigningKey(Protocol):
    """An ECDSA P-256 key, wherever its private half is."""

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The public half, as auditors were given it."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Signature (DER) over the SHA-256 of `data`.

        Raises RefusedError or UnavailableError when the key is elsewhere and does not sign.
        """
        ...


class NoteSigner(Protocol):
    """Signs checkpoints. The key may live in a file or elsewhere."""

    @property
    def key(self) -> VerifierKey:
        """The public half, whose name is the log's origin."""
        ...

    def sign(self, text: str) -> NoteSignature:
        """Sign a note's text. Raises RefusedError or UnavailableError as `SigningKey` does."""
        ...


class SealSigner(Protocol):
    """Signs seals, and brings along what they are verified with."""

    @property
    def certificate(self) -> x509.Certificate:
        """The seal's certificate."""
        ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Certificates of its issuers, the root among them."""
        ...

    @property
    def revocations(self) -> tuple[x509.CertificateRevocationList, ...]:
        """What its issuers have revoked; a seal carries these lists."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Signature (DER), ECDSA over SHA-256. Raises as `SigningKey` does."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalKey:
    """A key in memory, read from a file of its owner."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The public half."""
        return self.private.public_key()

    def sign(self, data: bytes) -> bytes:
        """Sign; needs nothing from outside."""
        return self.private.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True, kw_only=True, slots=True)
class LogSigner:
    """A note signer whose Ed25519 key is in memory. Signatures are deterministic (RFC 8032)."""

    key: VerifierKey
    private: Ed25519PrivateKey = field(repr=False)

    def sign(self, text: str) -> NoteSignature:
        """Sign a note's text."""
        return NoteSignature(
            name=self.key.name,
            key_id=self.key.key_id,
            signature=self.private.sign(text.encode()),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class EcdsaLogSigner:
    """A note signer over an ECDSA key (signature type 0x02): a vault has no Ed25519."""

    key: VerifierKey
    signing: SigningKey

    def sign(self, text: str) -> NoteSignature:
        """Sign a note's text. Raises as `SigningKey` does."""
        return NoteSignature(
            name=self.key.name,
            key_id=self.key.key_id,
            signature=self.signing.sign(text.encode()),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CertifiedKey:
    """A seal signer: a key, and the certificate that says whose it is."""

    signing: SigningKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    revocations: tuple[x509.CertificateRevocationList, ...] = ()

    def sign(self, data: bytes) -> bytes:
        """Sign. Raises as `SigningKey` does."""
        return self.signing.sign(data)


def refuse_worthless(signer: SealSigner, at: datetime) -> None:
    """Refuse to seal what no auditor would accept: expired, revoked, or with an expired list.

    Raises RefusedError.
    """
    certificate = signer.certificate
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise RefusedError(
            f"the seal's certificate is valid from {certificate.not_valid_before_utc.date()} to "
            f"{certificate.not_valid_after_utc.date()} only; give the seal a new one",
            code="seal_expired",
        )
    for revoked in signer.revocations:
        found = revoked.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if revoked.issuer == certificate.issuer and found is not None:
            raise RefusedError(
                f"the seal's certificate was revoked on {found.revocation_date_utc.date()}: "
                "nothing is sealed with it any more; give the seal a new key and certificate",
                code="seal_revoked",
            )
        if revoked.next_update_utc is not None and revoked.next_update_utc < at:
            raise RefusedError(
                f"the revocation list of the seal's issuer ended on "
                f"{revoked.next_update_utc.date()}; put its successor in its place",
                code="revocations_expired",
            )
