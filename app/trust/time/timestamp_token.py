"""What an RFC 3161 response holds, read and not yet believed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from asn1crypto import cms, core, parser, tsp
from asn1crypto import x509 as asn1
from cryptography import x509

from app.trust.time.der import as_it_came

_GRANTED = {"granted", "granted_with_mods"}
"""RFC 3161, section 2.4.2: a token is present with these two, and with no other status."""
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError)
_TIME = re.compile(r"([0-9]{14})(?:\.([0-9]+))?Z")


class TimestampRefusedError(Exception):
    """A token that is not to be believed. The message says why, and what to do where it helps."""


class _Response(core.Sequence):  # type: ignore[misc]  # asn1crypto is untyped
    """TimeStampResp; asn1crypto's own insists on a token, which a refusal has not."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeToken:
    """A response that grants a time stamp, part by part. Nothing of it is verified."""

    response: bytes
    """TimeStampResp, without anything that may have followed it."""
    token: bytes
    """TimeStampToken: CMS SignedData in a ContentInfo."""
    signed: cms.SignedData
    info: tsp.TSTInfo
    content: bytes
    """The TSTInfo, byte for byte as it was signed."""
    at: datetime
    """genTime in UTC; digits after the sixth are in `exact` only."""
    exact: str
    """genTime as RFC 3339 text with every digit that the authority gave."""

    @property
    def policy(self) -> str:
        """Dotted OID."""
        return str(self.info["policy"].dotted)

    @property
    def digest(self) -> tuple[str, bytes]:
        """Algorithm and value of the digest that it is over."""
        imprint = self.info["message_imprint"]
        algorithm = str(imprint["hash_algorithm"]["algorithm"].native)
        return algorithm, bytes(imprint["hashed_message"].native)

    @property
    def nonce(self) -> int | None:
        """The query's, echoed."""
        nonce: int | None = self.info["nonce"].native
        return nonce

    @property
    def accuracy(self) -> timedelta | None:
        """RFC 3161, section 2.4.2: absent parts are zero, an absent whole says nothing."""
        stated = self.info["accuracy"]
        if isinstance(stated, core.Void):
            return None
        parts = {name: stated[name].native or 0 for name in ("seconds", "millis", "micros")}
        return timedelta(
            seconds=parts["seconds"], milliseconds=parts["millis"], microseconds=parts["micros"]
        )

    @property
    def named(self) -> asn1.GeneralName | None:
        """The name that it gives its authority (tsa), if it does."""
        name = self.info["tsa"]
        return None if isinstance(name, core.Void) else name

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """All that it carries, in its order. Raises TimestampRefusedError."""
        choices = self.signed["certificates"]
        if isinstance(choices, core.Void):
            return ()
        odd = [choice.name for choice in choices if choice.name != "certificate"]
        if odd:
            raise TimestampRefusedError(f"it carries a certificate of the kind {odd[0]}")
        try:
            ders = [as_it_came(choice.chosen) for choice in choices]
            return tuple(x509.load_der_x509_certificate(der) for der in ders)
        except (*UNREADABLE, x509.InvalidVersion) as error:
            raise TimestampRefusedError("its certificates cannot be read") from error

    @property
    def signer(self) -> x509.Certificate:
        """The certificate that it names as its signer's, out of those it carries.

        By issuer and serial number only, as `openssl ts` looks for it. Raises
        TimestampRefusedError.
        """
        signers = self.signed["signer_infos"]
        if len(signers) != 1:
            raise TimestampRefusedError(f"it has {len(signers)} signers, where one is allowed")
        who = signers[0]["sid"]
        if who.name != "issuer_and_serial_number":
            raise TimestampRefusedError(
                "it names its signer by key identifier, which `openssl ts` cannot read; "
                "ask the authority for tokens that name issuer and serial number"
            )
        serial, issuer = who.chosen["serial_number"].native, who.chosen["issuer"]
        carried = self.certificates
        for certificate in carried:
            if certificate.serial_number == serial and name_of(certificate.issuer) == issuer:
                return certificate
        told = f"it carries {len(carried)} certificates, its signer's not among them"
        raise TimestampRefusedError(
            f"{told}; ask the authority to include its certificate (certReq)"
        )


def read_token(response: bytes) -> TimeToken:
    """A response that grants a token, read. Raises TimestampRefusedError, with its reason."""
    try:
        parsed = _Response.load(response)
        status = parsed["status"]
        granted = status["status"].native in _GRANTED
        content = parsed["time_stamp_token"]
        if not granted or isinstance(content, core.Void):
            raise TimestampRefusedError(_refusal(status, granted=granted))
        return _read(_as_sent(response), content)
    except UNREADABLE as error:
        raise TimestampRefusedError("the answer is no RFC 3161 response") from error


def imprint(response: bytes) -> bytes:
    """The digest that a stored TimeStampResp is over, unverified; empty for what is none."""
    try:
        return read_token(response).digest[1]
    except TimestampRefusedError:
        return b""


def certificates_of(response: bytes) -> tuple[x509.Certificate, ...]:
    """Certificates that a stored TimeStampResp carries, its authority's among them; unverified."""
    return read_token(response).certificates


def authority_name(response: bytes) -> str:
    """The name a stored TimeStampResp gives its authority, unverified (RFC 3161: tsa)."""
    token = read_token(response)
    if token.named is None or token.named.name != "directory_name":
        return "an authority that does not name itself"
    for certificate in token.certificates:
        if name_of(certificate.subject) == token.named.chosen:
            return str(certificate.subject.rfc4514_string())
    return str(token.named.chosen.human_friendly)


def name_of(name: x509.Name) -> asn1.Name:
    """The same name for asn1crypto, which compares names as RFC 5280, section 7.1 does."""
    return asn1.Name.load(name.public_bytes())


def _as_sent(response: bytes) -> tuple[bytes, bytes]:
    """The response without what follows it, and the token in it, byte for byte.

    asn1crypto's own dump() may write them anew: sets sorted, lengths definite.
    """
    whole = response[: parser.peek(response)]
    inner = parser.parse(whole)[4]
    rest = inner[parser.peek(inner) :]
    return whole, rest[: parser.peek(rest)]


def _read(sent: tuple[bytes, bytes], content: cms.ContentInfo) -> TimeToken:
    if content["content_type"].native != "signed_data":
        raise TimestampRefusedError("what it holds is no signed data")
    signed = content["content"]
    inner = signed["encap_content_info"]
    if inner["content_type"].native != "tst_info" or isinstance(inner["content"], core.Void):
        raise TimestampRefusedError("what it signs is no time stamp (TSTInfo)")
    der = bytes(inner["content"])
    info = tsp.TSTInfo.load(der, strict=True)
    if info["version"].native != "v1":
        raise TimestampRefusedError("its TSTInfo is not of version 1")
    at, exact = _time(bytes(info["gen_time"].contents).decode("ascii"))
    info.native  # noqa: B018 - parses every part now, so that no later look at it can fail
    return TimeToken(
        response=sent[0],
        token=sent[1],
        signed=signed,
        info=info,
        content=der,
        at=at,
        exact=exact,
    )


def _time(text: str) -> tuple[datetime, str]:
    """GeneralizedTime as RFC 3161, section 2.4.2 has it: to the second or finer, in UTC."""
    match = _TIME.fullmatch(text)
    if not match:
        raise TimestampRefusedError(f"its time is written {text!r}, not in UTC to the second")
    at = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    digits = match[2] or ""
    exact = f"{at:%Y-%m-%dT%H:%M:%S}{'.' if digits else ''}{digits}Z"
    return at.replace(microsecond=int(f"{digits:0<6}"[:6])), exact


def _refusal(status: tsp.PKIStatusInfo, *, granted: bool) -> str:
    if granted:
        return "it says granted and holds no token"
    said = [str(status["status"].native).replace("_", " ")]
    for part in ("fail_info", "status_string"):
        value = status[part].native
        said += sorted(str(each).replace("_", " ") for each in value or ())
    return f"refused: {', '.join(said)}"
