"""The seal's certificate from the organisation's own CA: asked for, checked, put in place."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from asn1crypto import algos, core, csr, keys, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.errors import RefusedError, UsageError
from app.trust.keys.certificates import seal_name
from app.trust.keys.durable_files import PUBLIC, place_file
from app.trust.keys.keyring import SEAL, SEAL_ROOTS
from app.trust.keys.signers import SealSigner
from app.trust.time.openssl import Refused, openssl


def certificate_request(sealer: SealSigner, organisation: str) -> bytes:
    """PKCS#10 request (RFC 2986), PEM, for the seal's key in the organisation's name.

    It asks for the uses that a seal needs: digitalSignature and contentCommitment, emailProtection.
    The signature is the key's own, wherever it is. Raises as `SigningKey.sign` does.
    """
    public = sealer.certificate.public_key()
    encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    asked = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": asn1.Name.load(seal_name(organisation).public_bytes()),
            "subject_pk_info": keys.PublicKeyInfo.load(encoded),
            "attributes": [{"type": "extension_request", "values": [_uses()]}],
        }
    )
    request = csr.CertificationRequest(
        {
            "certification_request_info": asked,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": sealer.sign(asked.dump()),
        }
    )
    return bytes(pem.armor("CERTIFICATE REQUEST", request.dump()))


def _uses() -> asn1.Extensions:
    usage = asn1.KeyUsage({"digital_signature", "non_repudiation"})
    extended = asn1.ExtKeyUsageSyntax(["email_protection"])
    return asn1.Extensions(
        [
            {
                "extn_id": "key_usage",
                "critical": True,
                "extn_value": core.ParsableOctetString(usage.dump()),
            },
            {
                "extn_id": "extended_key_usage",
                "extn_value": core.ParsableOctetString(extended.dump()),
            },
        ]
    )


def links_to_root(
    certificates: Sequence[x509.Certificate], public: object, at: datetime
) -> tuple[x509.Certificate, ...]:
    """The seal's certificate, its issuers in order, the root last, once all of it fits a seal.

    `certificates` are the answer of the CA, the seal's own first and its issuers in any order. At
    the instant `at` each must be valid. Raises RefusedError (`seal_certificate_unfit`), saying
    what does not fit.
    """
    own, *others = certificates
    if own.public_key() != public:
        raise _unfit("it is of another key than the seal's; have the CA answer `annexa trust csr`")
    _refuse_other_uses(own)
    links = [own]
    while not _issued(links[-1], links[-1]):
        above = [one for one in others if one not in links and _issued(links[-1], one)]
        if not above:
            issuer = links[-1].issuer.rfc4514_string()
            raise _unfit(f"its issuer {issuer} is missing; give the whole chain with --chain")
        links.append(above[0])
    for one in links:
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            subject = one.subject.rfc4514_string()
            dates = f"{one.not_valid_before_utc.date()} to {one.not_valid_after_utc.date()}"
            raise _unfit(f"{subject} is valid from {dates} only")
    _refuse_unaccepted(links, at)
    return tuple(links)


def install_seal(folder: Path, links: Sequence[x509.Certificate]) -> None:
    """Make the first of these the seal's certificate; it and its issuers, the root last.

    The former certificate stays beside it, and so does every root that seals of this home lead to.
    Safe to repeat. Raises OSError.
    """
    former = (folder / SEAL).read_bytes()
    digest = x509.load_pem_x509_certificate(former).fingerprint(SHA256()).hex()
    if digest != links[0].fingerprint(SHA256()).hex():
        place_file(folder / f"seal-former-{digest[:16]}.crt.pem", former, PUBLIC)
    roots = [x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())]
    if (folder / SEAL_ROOTS).exists():
        roots = x509.load_pem_x509_certificates((folder / SEAL_ROOTS).read_bytes())
    known = dict.fromkeys([links[-1], *roots])
    place_file(folder / SEAL_ROOTS, _pem(list(known)), PUBLIC)
    place_file(folder / SEAL, _pem(links), PUBLIC)


def _pem(certificates: Sequence[x509.Certificate]) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _refuse_other_uses(own: x509.Certificate) -> None:
    """What openssl asks of a signer of messages, and PAdES of one who seals PDFs."""
    if not isinstance(own.public_key(), ec.EllipticCurvePublicKey):
        raise _unfit("its key is not on P-256")
    for extension in own.extensions:
        found = extension.value
        if isinstance(found, x509.BasicConstraints) and found.ca:
            raise _unfit("it is the certificate of an authority (CA:TRUE), not of a seal")
        if isinstance(found, x509.KeyUsage) and not (
            found.digital_signature and found.content_commitment
        ):
            raise _unfit("its keyUsage lacks digitalSignature or contentCommitment")
        if isinstance(found, x509.ExtendedKeyUsage) and (
            x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION not in found
        ):
            raise _unfit("its extendedKeyUsage lacks emailProtection, which `openssl cms` asks for")


def _refuse_unaccepted(links: Sequence[x509.Certificate], at: datetime) -> None:
    """As auditors will: by openssl, for the purpose that it judges seals for."""
    with TemporaryDirectory() as place:
        paths = [Path(place) / name for name in ("root", "between", "own")]
        for path, found in zip(paths, (links[-1:], links[1:-1], links[:1]), strict=True):
            path.write_bytes(_pem(found))
        root, between, own = map(str, paths)
        more = ["-untrusted", between] if links[1:-1] else []
        when = ["-attime", str(int(at.timestamp()))]
        try:
            openssl("verify", "-purpose", "smimesign", "-CAfile", root, *more, *when, own)
        except Refused as error:
            raise _unfit(f"openssl does not accept it ({error})") from error


def read_certificates(data: bytes, path: Path) -> list[x509.Certificate]:
    """All certificates of a file, in PEM, or the one in DER. Raises UsageError."""
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise UsageError(f"{path} is no certificate in PEM or DER") from error


def _unfit(why: str) -> RefusedError:
    return RefusedError(
        f"the certificate cannot seal: {why}. Nothing was changed", code="seal_certificate_unfit"
    )
