"""The certificates of a new home: the organisation's root, its seal's, a time authority's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DEVELOPMENT = "Annexa (DEVELOPMENT - NOT A TRUSTED AUTHORITY)"
"""Whose the built-in time authority says that it is: nobody is to believe its times."""
UNNAMED = "Unnamed organisation"
LONGEST = 64
"""Bytes of UTF-8 in a name of a certificate (RFC 5280, appendix A.1: 64 characters)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Validity:
    """From when until when certificates hold."""

    start: datetime
    end: datetime


def root_certificate(
    key: ec.EllipticCurvePrivateKey, validity: Validity, organisation: str = UNNAMED
) -> x509.Certificate:
    """Self-signed certificate of an organisation's own root, which names it."""
    name = seal_name(organisation, "evidence root")
    public = key.public_key()
    builder = (
        _begun(name, name, public, validity)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    return builder.sign(key, hashes.SHA384())


def seal_certificate(
    public: ec.EllipticCurvePublicKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    validity: Validity,
) -> x509.Certificate:
    """Certificate of the key that seals packs and bundles, of the organisation that the root names.

    emailProtection lets `openssl cms -verify` accept it without `-purpose any`.
    """
    named = root.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    name = seal_name(str(named), "evidence seal")
    builder = _leaf(name, public, root, root_key, validity)
    builder = builder.add_extension(
        _usage(digital_signature=True, content_commitment=True), critical=True
    ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(root_key, hashes.SHA384())


def tsa_certificate(
    public: rsa.RSAPublicKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    validity: Validity,
) -> x509.Certificate:
    """Certificate of the development time authority.

    RFC 3161, section 2.3: timeStamping is its only extended key usage, and critical.
    """
    name = _name(DEVELOPMENT, "Annexa Development Time Authority")
    builder = _leaf(name, public, root, root_key, validity)
    builder = builder.add_extension(_usage(digital_signature=True), critical=True).add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
    )
    return builder.sign(root_key, hashes.SHA384())


def revocation_list(
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    validity: Validity,
    revoked: Mapping[int, datetime] = MappingProxyType({}),
    number: int = 1,
) -> x509.CertificateRevocationList:
    """What the root has revoked (RFC 5280, section 5): serial numbers, and since when.

    It is valid as long as the root: the root's key is offline, nobody renews a list every month. A
    revocation therefore reaches auditors as a newer list, handed to them as the root was.
    """
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(validity.start)
        .next_update(validity.end)
        .add_extension(issuer, critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for serial, since in revoked.items():
        one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
        builder = builder.add_revoked_certificate(one)
    return builder.sign(root_key, hashes.SHA384())


def revokes_for(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Has this issuer signed the list?"""
    public = issuer.public_key()
    return (
        found.issuer == issuer.subject
        and isinstance(public, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
        and found.is_signature_valid(public)
    )


def seal_name(organisation: str, role: str = "evidence seal") -> x509.Name:
    """Subject of an organisation's certificate: its name (O), and with the role after it (CN).

    What is longer than a certificate may hold is cut, and ends with an ellipsis.
    """
    named = organisation.strip() or UNNAMED
    return _name(_cut(named, LONGEST), f"{_cut(named, LONGEST - len(role) - 1)} {role}")


def _cut(text: str, longest: int) -> str:
    whole, ellipsis = text.encode(), "\u2026"
    if len(whole) <= longest:
        return text
    return whole[: longest - len(ellipsis.encode())].decode(errors="ignore") + ellipsis


def _leaf(
    name: x509.Name,
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    validity: Validity,
) -> x509.CertificateBuilder:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        _begun(name, root.subject, public, validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(issuer, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    validity: Validity,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.start)
        .not_valid_after(validity.end)
    )


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        encipher_only=False,
        decipher_only=False,
    )
