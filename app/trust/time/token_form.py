"""The bytes of an RFC 3161 response that no signature covers: in them nothing may hide either."""

from collections.abc import Iterator, Sequence

from asn1crypto import algos, cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from app.trust.time.der import as_it_came
from app.trust.time.timestamp_token import TimestampRefusedError

_UNREADABLE = (ValueError, TypeError, KeyError, UnsupportedAlgorithm, x509.InvalidVersion)
_KEYS = {"rsa": {"rsassa_pkcs1v15", "rsassa_pss"}, "rsassa_pss": {"rsassa_pss"}, "ec": {"ecdsa"}}
"""Signature algorithms by the kind of key that makes them."""


def refuse_loose_bytes(response: bytes, roots: Sequence[x509.Certificate]) -> None:
    """Versions, algorithm names and spare certificates of a token must be what they claim.

    A token carries certificates (RFC 5652, section 5.1) that its signature does not cover. Each
    must be a pinned root, or be signed by a root or by one in the token, or come from an
    issuer outside (a cross-certificate, which this token cannot prove). Raises
    TimestampRefusedError.
    """
    try:
        answer = tsp.TimeStampResp.load(response, strict=True)
        signed = answer["time_stamp_token"]["content"]
        certificates = list(_certificates(signed))
        _versions(signed)
        _signer(signed, certificates)
        _algorithms(signed, certificates)
        for certificate in certificates:
            _vouched(certificate, certificates, roots)
    except _UNREADABLE as error:
        raise TimestampRefusedError(f"a part of it cannot be read: {error}") from error


def _certificates(signed: cms.SignedData) -> Iterator[x509.Certificate]:
    for choice in signed["certificates"]:
        if choice.name != "certificate":
            raise TimestampRefusedError(f"it carries a certificate of the kind {choice.name}")
        yield x509.load_der_x509_certificate(as_it_came(choice.chosen))


def _versions(signed: cms.SignedData) -> None:
    """RFC 5652, sections 5.1 and 5.3: fixed by what the structure holds."""
    if signed["version"].native != "v3" or len(signed["signer_infos"]) != 1:
        raise TimestampRefusedError("it is no signature of version 3 by one signer")
    signer = signed["signer_infos"][0]
    by_number = signer["sid"].name == "issuer_and_serial_number"
    if signer["version"].native != ("v1" if by_number else "v3"):
        raise TimestampRefusedError("its signer's version is not that of its signer")


def _signer(signed: cms.SignedData, certificates: Sequence[x509.Certificate]) -> None:
    """Named byte for byte as a certificate in it names its issuer: case is not free either."""
    who = signed["signer_infos"][0]["sid"].chosen
    if as_it_came(who["issuer"].chosen) not in {one.issuer.public_bytes() for one in certificates}:
        raise TimestampRefusedError("its signer is not named as its certificate names it")


def _algorithms(signed: cms.SignedData, certificates: Sequence[x509.Certificate]) -> None:
    signer = signed["signer_infos"][0]
    algorithm: algos.SignedDigestAlgorithm = signer["signature_algorithm"]
    digest = signer["digest_algorithm"]["algorithm"].native
    for named in (*signed["digest_algorithms"], signer["digest_algorithm"]):
        if named["parameters"].contents:  # RFC 5754, section 2: absent, or NULL
            raise TimestampRefusedError("its digest algorithm has parameters")
    if digest not in {each["algorithm"].native for each in signed["digest_algorithms"]}:
        raise TimestampRefusedError("its digest algorithm is not its signer's")
    named = algorithm["algorithm"].native
    if "_" in named and not named.startswith("rsassa") and not named.startswith(digest):
        raise TimestampRefusedError("its signature algorithm is not of its digest algorithm")
    bare = algorithm["parameters"].native is None
    if bare == (algorithm.signature_algo == "rsassa_pss"):
        raise TimestampRefusedError("its signature algorithm has not the parameters it needs")
    kinds = {_kind(one) for one in certificates}
    if not any(algorithm.signature_algo in _KEYS.get(kind, set()) for kind in kinds):
        raise TimestampRefusedError("no certificate in it has a key for its signature algorithm")


def _kind(certificate: x509.Certificate) -> str:
    loaded = cms.Certificate.load(certificate.public_bytes(Encoding.DER))
    kind: str = loaded.public_key.algorithm
    return kind


def _vouched(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
) -> None:
    if certificate in roots:
        return
    # whoever signs itself is among the issuers: a stranger's root does no harm
    proven = any(_issued(certificate, issuer) for issuer in (*roots, *others))
    outside = _from_outside(certificate, [one.subject for one in (*roots, *others)])
    if (proven or outside) and not any(_copies(certificate, root) for root in roots):
        return
    name = certificate.subject.rfc4514_string()
    raise TimestampRefusedError(f"nothing vouches for the certificate in it of {name}")


def _copies(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    """A copy of a root must be the root, byte for byte; its serial number tells it from others."""
    alike = certificate.subject == root.subject or certificate.public_key() == root.public_key()
    return alike and certificate.serial_number == root.serial_number


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _from_outside(certificate: x509.Certificate, known: Sequence[x509.Name]) -> bool:
    """Is its issuer neither in the token nor pinned, by name or key (RFC 5280, 4.2.1.1)?"""
    if certificate.issuer == certificate.subject:
        return False
    if certificate.issuer not in known:
        return True
    try:
        own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        by = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return by.value.key_identifier != own.value.digest
