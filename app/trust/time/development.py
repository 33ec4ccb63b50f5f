"""A development RFC 3161 time authority, in process. It proves nothing about time to others."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

POLICY = "2.25.106268026225322236311388914486826125349"
"""Our own policy: a UUID drawn for it, which needs no registration (ITU-T X.667)."""
_DIGESTS = {"sha256": 32, "sha384": 48, "sha512": 64}
_ACCURACY = 1
"""Seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DevelopmentTsa:
    """Answers RFC 3161 queries with this machine's clock and the trust folder's own key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]
    now: Callable[[], datetime]

    def respond(self, query: bytes) -> bytes:
        """TimeStampResp (DER) for a TimeStampReq (DER); refusals are answers too."""
        try:
            request = tsp.TimeStampReq.load(query, strict=True)
            imprint = request["message_imprint"]
            algorithm = imprint["hash_algorithm"]["algorithm"].native
            digest = imprint["hashed_message"].native
            policy = request["req_policy"].native
        except ValueError:
            return _refusal("bad_data_format", "the query cannot be read")
        if len(digest) != _DIGESTS.get(algorithm):
            return _refusal("bad_alg", f"digests of {algorithm} are not accepted")
        if policy not in {None, POLICY}:
            return _refusal("unaccepted_policy", f"the policy here is {POLICY}")
        return self._granted(request)

    def _granted(self, request: tsp.TimeStampReq) -> bytes:
        at = self.now().astimezone(UTC).replace(microsecond=0)
        info = self._info(request, at)
        attributes = self._attributes(info, at)
        signature = self.key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": cms.ParsableOctetString(info),
                },
                "signer_infos": [self._signer(attributes, signature)],
            }
        )
        if request["cert_req"].native:
            signed["certificates"] = [_asn1(each) for each in (self.certificate, *self.chain)]
        response = {
            "status": {"status": "granted"},
            "time_stamp_token": {"content_type": "signed_data", "content": signed},
        }
        return bytes(tsp.TimeStampResp(response).dump())

    def _info(self, request: tsp.TimeStampReq, at: datetime) -> bytes:
        info = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": request["message_imprint"],
            "serial_number": secrets.randbits(127) | 1 << 126,
            "gen_time": at,
            "accuracy": {"seconds": _ACCURACY},
            "ordering": False,
            "tsa": asn1.GeneralName("directory_name", _asn1(self.certificate).subject),
        }
        if request["nonce"].native is not None:
            info["nonce"] = request["nonce"]
        return bytes(tsp.TSTInfo(info).dump())

    def _attributes(self, info: bytes, at: datetime) -> cms.CMSAttributes:
        certificate = _asn1(self.certificate)
        # RFC 5816: ESSCertIDv2 with SHA-256, in place of RFC 3161's SHA-1
        certificate_id = {
            "cert_hash": hashlib.sha256(certificate.dump()).digest(),
            "issuer_serial": {
                "issuer": [asn1.GeneralName("directory_name", certificate.issuer)],
                "serial_number": certificate.serial_number,
            },
        }
        values = {
            "content_type": "tst_info",
            "signing_time": cms.Time({"utc_time": core.UTCTime(at)}),
            "message_digest": hashlib.sha256(info).digest(),
            "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [certificate_id]}),
        }
        return cms.CMSAttributes(
            [cms.CMSAttribute({"type": kind, "values": [value]}) for kind, value in values.items()]
        )

    def _signer(self, attributes: cms.CMSAttributes, signature: bytes) -> cms.SignerInfo:
        certificate = _asn1(self.certificate)
        who = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier("issuer_and_serial_number", who),
                "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_rsa"},
                "signature": signature,
            }
        )


class _Refusal(core.Sequence):  # type: ignore[misc]  # asn1crypto is untyped
    """A TimeStampResp without token; asn1crypto's own insists on one (RFC 3161, section 2.4.2)."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo)]


def _refusal(reason: str, text: str) -> bytes:
    status = {"status": "rejection", "status_string": [text], "fail_info": {reason}}
    return bytes(_Refusal({"status": status}).dump())


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
