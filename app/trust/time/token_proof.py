"""Is a time token to be believed? The same answer as `openssl ts -verify`, without the command.

The chain is built and judged by OpenSSL itself (through pyOpenSSL), so that cross-signed roots,
several possible issuers and certificates in any order come out alike. What `ts` adds to that is
below: RFC 3161, section 2.2 and RFC 5816 for the signing-certificate ids, section 2.3 for the
certificate's purpose, section 2.4.2 for the name; RFC 5652, section 5.4 for the signature.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL.crypto import X509, X509Store, X509StoreContext, X509StoreContextError

from app.trust.time.der import as_signed
from app.trust.time.timestamp_token import UNREADABLE, TimestampRefusedError, TimeToken, name_of

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_NEXT = {
    "certificate has expired": "ask the authority for its present certificates and pin that root",
    "certificate is not yet valid": "check the clock of this machine",
    "unable to get local issuer certificate": (
        "pin under `roots` the root it was issued under; a certificate that the token leaves out "
        "belongs in the same file"
    ),
    "unable to get issuer certificate": (
        "pin the self-signed root at the end of its chain, not a certificate in between"
    ),
    "self-signed certificate in certificate chain": (
        "if that is the authority's root, compare its fingerprint and pin it under `roots`"
    ),
}
"""What to do, by what OpenSSL says of a chain."""


def prove(token: TimeToken, roots: Sequence[x509.Certificate], at: datetime) -> None:
    """Signature, purpose, chain to a root at that time, certificate ids and name.

    Each root is tried by itself, then all together, as verify.py tries the files it is given.
    Raises TimestampRefusedError.
    """
    try:
        signer = token.signer
        _fit_for_time(signer)
        _signature(token, signer)
        _name(token, signer)
        _chained(token, signer, roots, at)
    except UNREADABLE as error:
        raise TimestampRefusedError(f"a part of it cannot be read: {error}") from error


def _chained(
    token: TimeToken, signer: x509.Certificate, roots: Sequence[x509.Certificate], at: datetime
) -> None:
    sets: list[Sequence[x509.Certificate]] = [[root] for root in roots]
    refusals: list[str] = []
    for anchors in [*sets, roots] if len(roots) > 1 else sets:
        try:
            _certificate_ids(token, _chain(token, signer, anchors, at))
        except TimestampRefusedError as error:
            refusals.append(str(error))
        else:
            return
    raise TimestampRefusedError(" | ".join(dict.fromkeys(refusals)) or "no root is pinned")


def _fit_for_time(signer: x509.Certificate) -> None:
    """RFC 3161, section 2.3: timeStamping is its only extended key usage, and critical."""
    told = "; ask the authority for a certificate that is made for time stamps"
    who = signer.subject.rfc4514_string()
    try:
        extended = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        raise TimestampRefusedError(f"{who} has no extended key usage{told}") from None
    if [*extended.value] != [ExtendedKeyUsageOID.TIME_STAMPING] or not extended.critical:
        raise TimestampRefusedError(
            f"the extended key usage of {who} is not timeStamping alone, and critical{told}"
        )
    try:
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    others = (usage.key_encipherment, usage.data_encipherment, usage.key_agreement)
    signs = usage.digital_signature or usage.content_commitment
    if not signs or any((*others, usage.key_cert_sign, usage.crl_sign)):
        raise TimestampRefusedError(f"the key usage of {who} is not signing alone{told}")


def _chain(
    token: TimeToken,
    signer: x509.Certificate,
    anchors: Sequence[x509.Certificate],
    at: datetime,
) -> list[x509.Certificate]:
    store = X509Store()
    for anchor in anchors:
        store.add_cert(X509.from_cryptography(anchor))
    store.set_time(at.astimezone(UTC))
    carried = [X509.from_cryptography(each) for each in token.certificates]
    context = X509StoreContext(store, X509.from_cryptography(signer), carried)
    try:
        return [each.to_cryptography() for each in context.get_verified_chain()]
    except X509StoreContextError as error:
        who = error.certificate.to_cryptography().subject.rfc4514_string()
        said = str(error)
        advice = next((told for cause, told in _NEXT.items() if said.startswith(cause)), "")
        raise TimestampRefusedError(f"{who}: {said}{'; ' if advice else ''}{advice}") from None


def _signature(token: TimeToken, signer: x509.Certificate) -> None:
    info = token.signed["signer_infos"][0]
    algorithm = str(info["digest_algorithm"]["algorithm"].native)
    listed = [each["algorithm"].native for each in token.signed["digest_algorithms"]]
    if algorithm not in _HASHES or algorithm not in listed:
        raise TimestampRefusedError(f"its digest algorithm {algorithm} cannot be checked")
    attributes = info["signed_attrs"]
    digest = hashlib.new(algorithm, token.content, usedforsecurity=False).digest()
    if _attribute(attributes, "message_digest").native != digest:
        raise TimestampRefusedError("its signature is not over this time stamp")
    signature = bytes(info["signature"].native)
    chosen = _HASHES[algorithm]()
    if not (
        _signed(signer, signature, as_signed(attributes), chosen)
        or _signed(signer, signature, _in_der(attributes), chosen)
    ):
        raise TimestampRefusedError(
            f"its signature does not verify as `openssl ts` reads it: {_how(info)} "
            f"by {signer.subject.rfc4514_string()}"
        )


def _in_der(attributes: cms.CMSAttributes) -> bytes:
    """What came in BER, as it was signed."""
    return b"\x31" + bytes(attributes.copy().dump(force=True))[1:]


def _how(info: cms.SignerInfo) -> str:
    algorithm = info["signature_algorithm"]["algorithm"]
    return str(algorithm.native)


def _signed(
    signer: x509.Certificate, signature: bytes, data: bytes, algorithm: hashes.HashAlgorithm
) -> bool:
    try:
        key = signer.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(algorithm))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _certificate_ids(token: TimeToken, chain: Sequence[x509.Certificate]) -> None:
    """The signer's certificate is the first id; every further one is in the chain."""
    attributes = token.signed["signer_infos"][0]["signed_attrs"]
    lists = [
        found
        for kind in ("signing_certificate", "signing_certificate_v2")
        if (found := _found(attributes, kind)) is not None
    ]
    if not lists or not all(len(one["certs"]) for one in lists):
        raise TimestampRefusedError("it does not say which certificate signed it")
    for one in lists:
        for place, wanted in enumerate(one["certs"]):
            matches = [number for number, each in enumerate(chain) if _is(wanted, each)]
            if not matches or (matches[0] == 0) != (place == 0):
                what = "its signing certificate" if place == 0 else "a certificate of its issuers"
                raise TimestampRefusedError(
                    f"it names {what} by an id that is not in its chain to "
                    f"{chain[-1].subject.rfc4514_string()}; if that root is cross-signed, pin the "
                    "root that signed it"
                )


def _is(wanted: tsp.ESSCertID | tsp.ESSCertIDv2, certificate: x509.Certificate) -> bool:
    algorithm = "sha1"
    if isinstance(wanted, tsp.ESSCertIDv2):
        algorithm = str(wanted["hash_algorithm"]["algorithm"].native)
    if algorithm not in hashlib.algorithms_available:
        return False
    der = certificate.public_bytes(Encoding.DER)
    same = hashlib.new(algorithm, der, usedforsecurity=False).digest()
    if wanted["cert_hash"].native != same:
        return False
    serial = wanted["issuer_serial"]
    if isinstance(serial, core.Void):
        return True
    issuers = list(serial["issuer"])
    return (
        len(issuers) == 1
        and issuers[0].name == "directory_name"
        and issuers[0].chosen == name_of(certificate.issuer)
        and serial["serial_number"].native == certificate.serial_number
    )


def _name(token: TimeToken, signer: x509.Certificate) -> None:
    named = token.named
    if named is None:
        return
    subject = asn1.GeneralName("directory_name", name_of(signer.subject))
    names = [subject]
    parsed = asn1.Certificate.load(signer.public_bytes(Encoding.DER))
    names += list(parsed.subject_alt_name_value or ())
    if not any(named.name == each.name and named.chosen == each.chosen for each in names):
        raise TimestampRefusedError(
            "the name it gives its authority is not that of its certificate "
            f"({signer.subject.rfc4514_string()})"
        )


def _found(attributes: cms.CMSAttributes, kind: str) -> core.Asn1Value | None:
    """The first value of an attribute; None where it is not."""
    if isinstance(attributes, core.Void):
        return None
    for one in attributes:
        if one["type"].native == kind and len(one["values"]):
            return one["values"][0]
    return None


def _attribute(attributes: cms.CMSAttributes, kind: str) -> core.Asn1Value:
    value = _found(attributes, kind)
    if value is None:
        raise TimestampRefusedError(f"it has no signed {kind.replace('_', ' ')}")
    return value
