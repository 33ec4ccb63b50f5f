"""Time authorities as others run them, imitated: their keys, chains, and how they write tokens.

Most answer by `openssl ts -reply`; what that cannot write is made of asn1crypto.
"""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
RSA = rsa.generate_private_key(65537, 2048)
TIME = ExtendedKeyUsageOID.TIME_STAMPING
POLICY = "1.3.6.1.4.1.4146.2.3"


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass(frozen=True)
class Holder:
    """A key with its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def asn1(self) -> asn1.Certificate:
        return asn1.Certificate.load(self.certificate.public_bytes(Encoding.DER))


@dataclass(frozen=True)
class Wish:
    """What a certificate shall be like."""

    common: str
    start: timedelta = timedelta(days=-400)
    end: timedelta = timedelta(days=400)
    ca: bool = False
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    critical: bool = True
    usage: tuple[str, ...] = ()
    key: Key | None = None
    more: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    sha1: bool = False
    path_length: int | None = None
    key_ids: bool = True


_USAGE = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def issued(wish: Wish, now: datetime, issuer: Holder | None = None) -> Holder:
    """A certificate, by its own key where no issuer is given."""
    key = wish.key or ec.generate_private_key(ec.SECP256R1())
    by = issuer.certificate.subject if issuer else name(wish.common)
    signing = issuer.key if issuer else key
    made = (
        x509.CertificateBuilder()
        .subject_name(name(wish.common))
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + wish.start)
        .not_valid_after(now + wish.end)
        .add_extension(x509.BasicConstraints(wish.ca, wish.path_length), critical=True)
    )
    usage = wish.usage or (("key_cert_sign", "crl_sign") if wish.ca else ("digital_signature",))
    bits = {each: each in usage for each in _USAGE}
    made = made.add_extension(x509.KeyUsage(**bits), critical=True)
    if wish.key_ids:
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        of = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
        made = made.add_extension(own, critical=False).add_extension(of, critical=False)
    if wish.purposes:
        extended = x509.ExtendedKeyUsage(wish.purposes)
        made = made.add_extension(extended, critical=wish.critical)
    for extension, critical in wish.more:
        made = made.add_extension(extension, critical=critical)
    digest = None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    signed = made.sign(signing, digest)
    return Holder(key, by_sha1(signed, signing) if wish.sha1 else signed)


def by_sha1(certificate: x509.Certificate, key: Key) -> x509.Certificate:
    """The same, signed as old roots did; cryptography does not sign certificates so any more."""
    parsed = asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
    algorithm = {"algorithm": "sha1_ecdsa"}
    body = parsed["tbs_certificate"].copy()
    body["signature"] = algorithm
    der = body.dump(force=True)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = key.sign(der, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - as old roots did
    made = asn1.Certificate(
        {"tbs_certificate": body, "signature_algorithm": algorithm, "signature_value": signature}
    )
    return x509.load_der_x509_certificate(made.dump())


ROOT = Wish("Root of Time", ca=True)
ISSUING = Wish("Issuing of Time", ca=True)
AUTHORITY = Wish("Time Authority", purposes=(TIME,))


@dataclass(frozen=True)
class Hall:
    """A root, an issuing authority, and who signs time stamps, as most public ones are built."""

    root: Holder
    middle: Holder
    signer: Holder

    @classmethod
    def built(
        cls,
        now: datetime,
        *,
        root: Wish = ROOT,
        middle: Wish = ISSUING,
        signer: Wish = AUTHORITY,
    ) -> "Hall":
        top = issued(root, now)
        between = issued(middle, now, top)
        return cls(top, between, issued(signer, now, between))


Change = Callable[[bytes], bytes]
"""From a response to another."""


@dataclass
class Imitation:
    """A `app.trust.time.timestamp.TimeAuthority` that answers as one was seen to."""

    roots: tuple[x509.Certificate, ...]
    reply: Callable[[bytes], bytes]
    change: Change = lambda response: response
    name: str = "imitated"
    assurance: str = "public"
    policies: tuple[str, ...] = ()
    max_accuracy: timedelta | None = None

    def answer(self, query: bytes) -> bytes:
        return self.change(self.reply(query))


def by_openssl(
    folder: Path, signer: Holder, carried: Sequence[Holder], **options: str
) -> Callable[[bytes], bytes]:
    """`openssl ts -reply` with these options of its configuration; its clock is the machine's."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "key.pem").write_bytes(
        signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (folder / "signer.pem").write_bytes(signer.pem)
    (folder / "chain.pem").write_bytes(b"".join(each.pem for each in carried))
    (folder / "serial").write_text("01\n")
    wanted = {
        "dir": str(folder),
        "serial": "$dir/serial",
        "signer_cert": "$dir/signer.pem",
        "signer_key": "$dir/key.pem",
        "certs": "$dir/chain.pem",
        "default_policy": POLICY,
        "digests": "sha256",
        "signer_digest": "sha256",
        "accuracy": "secs:1",
        "ordering": "no",
        "tsa_name": "yes",
        "ess_cert_id_chain": "no",
        "ess_cert_id_alg": "sha256",
        **options,
    }
    lines = [f"{key} = {value}" for key, value in wanted.items() if value]
    (folder / "tsa.cnf").write_text("[tsa]\ndefault_tsa = one\n[one]\n" + "\n".join(lines) + "\n")

    def reply(query: bytes) -> bytes:
        (folder / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-queryfile", "query", "-config", "tsa.cnf"]
        done = subprocess.run(
            [*command, "-out", "answer"], cwd=folder, check=False, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
        return (folder / "answer").read_bytes()

    return reply


@dataclass(frozen=True)
class Pen:
    """How a token is written that openssl's own command does not write."""

    signer: Holder
    carried: tuple[Holder, ...]
    now: datetime
    digest: str = "sha256"
    padding: str = ""
    """`pss` for RSASSA-PSS."""
    time: str = ""
    """genTime as text; empty: now."""
    tsa: x509.Name | None = None
    by_key: bool = False
    """Name the signer by subject key identifier."""
    attributes: Callable[[dict[str, Any]], dict[str, Any]] = lambda values: values
    info: Callable[[dict[str, Any]], dict[str, Any]] = lambda values: values
    signed: Callable[[cms.SignedData], None] = lambda _: None

    def __call__(self, query: bytes) -> bytes:
        request = tsp.TimeStampReq.load(query)
        values: dict[str, Any] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": request["message_imprint"],
            "serial_number": 7,
            "gen_time": self.now.replace(microsecond=0),
            "nonce": request["nonce"].native,
        }
        if self.tsa is not None:
            directory = asn1.Name.load(self.tsa.public_bytes())
            values["tsa"] = asn1.GeneralName("directory_name", directory)
        info = tsp.TSTInfo(self.info(values))
        if self.time:
            text = self.time.encode()
            info["gen_time"] = core.GeneralizedTime.load(b"\x18" + length(len(text)) + text)
        content = info.dump()
        attributes = self._attributes(content)
        signature = self._signature(attributes.dump())
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": self.digest}],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": cms.ParsableOctetString(content),
                },
                "certificates": [each.asn1 for each in self.carried],
                "signer_infos": [self._signer(attributes, signature)],
            }
        )
        self.signed(signed)
        token = {"content_type": "signed_data", "content": signed}
        return bytes(
            tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
        )

    def _attributes(self, content: bytes) -> cms.CMSAttributes:
        own = self.signer.asn1
        values = self.attributes(
            {
                "content_type": "tst_info",
                "message_digest": hashed(self.digest, content),
                "signing_certificate_v2": tsp.SigningCertificateV2(
                    {"certs": [{"cert_hash": own.sha256}]}
                ),
            }
        )
        return cms.CMSAttributes(
            [cms.CMSAttribute({"type": kind, "values": [value]}) for kind, value in values.items()]
        )

    def _signature(self, data: bytes) -> bytes:
        key, chosen = self.signer.key, getattr(hashes, self.digest.upper())()
        if isinstance(key, rsa.RSAPrivateKey):
            scheme: Any = padding.PKCS1v15()
            if self.padding == "pss":
                scheme = padding.PSS(padding.MGF1(chosen), chosen.digest_size)
            return key.sign(data, scheme, chosen)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(chosen))
        return key.sign(data)

    def _signer(self, attributes: cms.CMSAttributes, signature: bytes) -> cms.SignerInfo:
        own = self.signer.asn1
        who = {"issuer": own.issuer, "serial_number": own.serial_number}
        sid = cms.SignerIdentifier("issuer_and_serial_number", who)
        if self.by_key:
            key_id = core.OctetString(own.key_identifier)
            sid = cms.SignerIdentifier("subject_key_identifier", key_id)
        return cms.SignerInfo(
            {
                "version": "v3" if self.by_key else "v1",
                "sid": sid,
                "digest_algorithm": algos.DigestAlgorithm({"algorithm": self.digest}),
                "signed_attrs": attributes,
                "signature_algorithm": self._algorithm(),
                "signature": signature,
            }
        )

    def _algorithm(self) -> dict[str, Any]:
        if isinstance(self.signer.key, ed25519.Ed25519PrivateKey):
            return {"algorithm": "ed25519"}
        if isinstance(self.signer.key, ec.EllipticCurvePrivateKey):
            return {"algorithm": f"{self.digest}_ecdsa"}
        if self.padding == "pss":
            salt = getattr(hashes, self.digest.upper())().digest_size
            parameters = {
                "hash_algorithm": {"algorithm": self.digest},
                "mask_gen_algorithm": {
                    "algorithm": "mgf1",
                    "parameters": {"algorithm": self.digest},
                },
                "salt_length": salt,
            }
            return {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
        return {"algorithm": f"{self.digest}_rsa"}


def hashed(algorithm: str, data: bytes) -> bytes:
    state = hashes.Hash(getattr(hashes, algorithm.upper())())
    state.update(data)
    return state.finalize()


def with_signed(response: bytes, change: Callable[[cms.SignedData], None]) -> bytes:
    """The response with its SignedData changed where no signature reaches."""
    answer = tsp.TimeStampResp.load(response)
    signed = answer["time_stamp_token"]["content"]
    change(signed)
    rebuilt = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    return bytes(
        tsp.TimeStampResp({"status": answer["status"], "time_stamp_token": rebuilt}).dump()
    )


def in_order(*wanted: Holder) -> Change:
    """Certificates in this order, which DER's SET OF forbids and real authorities write."""

    def change(signed: cms.SignedData) -> None:
        ders = [each.certificate.public_bytes(Encoding.DER) for each in wanted]
        content = b"".join(ders)
        signed["certificates"] = cms.CertificateSet.load(b"\x31" + length(len(content)) + content)

    return lambda response: with_signed(response, change)


def length(number: int) -> bytes:
    """DER length octets."""
    if number < 128:
        return bytes([number])
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def of_status(status: int, *text: str) -> Change:
    """Another PKIStatus, with text or without."""

    def change(response: bytes) -> bytes:
        answer = tsp.TimeStampResp.load(response)
        said: dict[str, Any] = {"status": status}
        if text:
            said["status_string"] = list(text)
        return bytes(
            tsp.TimeStampResp(
                {"status": said, "time_stamp_token": answer["time_stamp_token"]}
            ).dump()
        )

    return change


def indefinite(response: bytes) -> bytes:
    """The same in BER, as streaming libraries write it: no lengths around the token."""
    answer = tsp.TimeStampResp.load(response)
    token = answer["time_stamp_token"]
    signed = token["content"]
    fields = ("version", "digest_algorithms", "encap_content_info", "certificates", "signer_infos")
    parts = [signed[part].dump() for part in fields]
    inner = b"\x30\x80" + b"".join(parts) + b"\0\0"
    whole = b"\x30\x80" + token["content_type"].dump() + b"\xa0\x80" + inner + b"\0\0" + b"\0\0"
    return b"\x30\x80" + answer["status"].dump() + whole + b"\0\0"
