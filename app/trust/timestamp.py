"""RFC 3161 timestamps: asked of an ordered list of authorities, verified before accepted."""

import hashlib
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from asn1crypto import algos, tsp
from cryptography import x509
from rfc3161_client import (
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.tsp import Accuracy

from app.errors import UnavailableError, UsageError
from app.trust.keys import Trust
from app.trust.tsa import POLICY, DevelopmentTsa

Assurance = Literal["development", "public", "qualified"]
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_MAX_SKEW = timedelta(minutes=5)
_MAX_ANSWER = 1 << 20
_TIMEOUT = 15.0
"""Seconds until an authority counts as silent."""


class TimestampUnavailableError(UnavailableError):
    """No authority gave an acceptable timestamp; the message says each one's reason."""

    code = "timestamp_unavailable"


class TimestampRefusedError(Exception):
    """A token that is not to be believed. The message says why."""


class TimeAuthority(Protocol):
    """Who answers RFC 3161 queries, and which roots its answers must chain to.

    The roots are pinned: what the operating system trusts plays no part.
    """

    @property
    def name(self) -> str:
        """As shown to people."""
        ...

    @property
    def assurance(self) -> Assurance:
        """`development` proves nothing about time; `qualified` is eIDAS article 42."""
        ...

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """Certificates an answer must chain to."""
        ...

    @property
    def policies(self) -> tuple[str, ...]:
        """Policy OIDs under which its tokens are accepted; empty: any."""
        ...

    @property
    def max_accuracy(self) -> timedelta | None:
        """The widest error of its clock that is accepted; None: any, also an unstated one."""
        ...

    def answer(self, query: bytes) -> bytes:
        """TimeStampResp (DER) to a TimeStampReq (DER). Raises OSError when there is none."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class DevelopmentAuthority:
    """The built-in authority. Label it wherever its token is shown."""

    tsa: DevelopmentTsa
    roots: tuple[x509.Certificate, ...]
    name: str = "built-in development authority"
    assurance: Assurance = "development"
    policies: tuple[str, ...] = (POLICY,)
    max_accuracy: timedelta | None = timedelta(seconds=1)

    @classmethod
    def of(cls, trust: Trust, now: Callable[[], datetime]) -> "DevelopmentAuthority":
        """The authority of a trust folder, with this clock."""
        tsa = DevelopmentTsa(certificate=trust.tsa, key=trust.tsa_key, chain=(trust.root,), now=now)
        return cls(tsa=tsa, roots=(trust.root,))

    def answer(self, query: bytes) -> bytes:
        """Answer in process."""
        return self.tsa.respond(query)


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpAuthority:
    """An authority over HTTP (RFC 3161, section 3.4). Plain http is usual: tokens are signed."""

    name: str
    url: str
    roots: tuple[x509.Certificate, ...]
    assurance: Assurance = "public"
    policies: tuple[str, ...] = ()
    max_accuracy: timedelta | None = None
    timeout: timedelta = timedelta(seconds=_TIMEOUT)

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise UsageError(f"time authority {self.name}: {self.url} is no http(s) address")
        if not self.roots:
            raise UsageError(f"time authority {self.name} needs the root its tokens chain to")

    def answer(self, query: bytes) -> bytes:
        """Ask. Raises OSError (urllib's errors are) when nothing usable comes back."""
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            self.url,
            data=query,
            headers={
                "Content-Type": "application/timestamp-query",
                "Accept": "application/timestamp-reply",
            },
        )
        seconds = self.timeout.total_seconds()
        with urllib.request.urlopen(request, timeout=seconds) as reply:  # noqa: S310 - as above
            answer: bytes = reply.read(_MAX_ANSWER)
        return answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Timestamp:
    """An accepted timestamp."""

    response: bytes
    """TimeStampResp, DER: `openssl ts -verify -in`."""
    token: bytes
    """The bare TimeStampToken, DER: `openssl ts -verify -token_in -in`."""
    authority: str
    assurance: Assurance
    at: datetime


def stamp(
    data: bytes, authorities: Sequence[TimeAuthority], now: Callable[[], datetime]
) -> Timestamp:
    """Timestamp over the SHA-256 of `data` by the first authority whose answer verifies.

    Raises TimestampUnavailableError when none does.
    """
    return stamp_digest(hashlib.sha256(data).digest(), authorities, now)


def stamp_digest(
    digest: bytes, authorities: Sequence[TimeAuthority], now: Callable[[], datetime]
) -> Timestamp:
    """As `stamp`, over a SHA-256 digest."""
    reasons: list[str] = []
    for authority in authorities:
        try:
            return _asked(digest, authority, now)
        except OSError as error:
            reasons.append(f"{authority.name}: {error}")
        except TimestampRefusedError as error:
            reasons.append(f"{authority.name}: {error}")
    told = "; ".join(reasons) or "none is configured"
    raise TimestampUnavailableError(f"no time authority gave a usable timestamp ({told})")


def verify_timestamp(response: bytes, data: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    """Time of a stored TimeStampResp over `data`, once it chains to `roots`.

    Certificates are judged at the time of the token. Raises TimestampRefusedError.
    """
    decoded = _decoded(response)
    _judge(decoded, hashlib.sha256(data).digest(), roots, None)
    return _gen_time(decoded)


def token_of(response: bytes) -> bytes:
    """The bare token of a stored TimeStampResp."""
    return bytes(_decoded(response).time_stamp_token())


def _asked(digest: bytes, authority: TimeAuthority, now: Callable[[], datetime]) -> Timestamp:
    nonce = secrets.randbits(63) | 1 << 62
    response = authority.answer(_query(digest, nonce))
    decoded = _decoded(response)
    _judge(decoded, digest, authority.roots, nonce)
    _accept(decoded, authority)
    at = _gen_time(decoded)
    if abs(at - now()) > _MAX_SKEW:
        raise TimestampRefusedError(f"its clock says {at.isoformat()}, ours {now().isoformat()}")
    return Timestamp(
        response=response,
        token=bytes(decoded.time_stamp_token()),
        authority=authority.name,
        assurance=authority.assurance,
        at=at,
    )


def _query(digest: bytes, nonce: int) -> bytes:
    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "hashed_message": digest,
    }
    query = {"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(query).dump())


def _decoded(response: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(response)
    except ValueError as error:
        raise TimestampRefusedError("the answer is no RFC 3161 response") from error


def _judge(
    response: TimeStampResponse,
    digest: bytes,
    roots: Sequence[x509.Certificate],
    nonce: int | None,
) -> None:
    """Status, signature, chain, key usage, nonce and imprint. Raises TimestampRefusedError."""
    try:
        if response.status != 0:
            raise TimestampRefusedError(f"refused: {'; '.join(response.status_string)}")
        if response.tst_info.message_imprint.hash_algorithm != _SHA256:
            raise TimestampRefusedError("the digest is not SHA-256")
        VerifierBuilder(roots=list(roots), nonce=nonce).build().verify(response, digest)
    except (VerificationError, ValueError) as error:
        raise TimestampRefusedError(str(error)) from error


def _accept(response: TimeStampResponse, authority: TimeAuthority) -> None:
    """Policy and accuracy as this authority promised them. Raises TimestampRefusedError."""
    policy = response.tst_info.policy.dotted_string
    if authority.policies and policy not in authority.policies:
        raise TimestampRefusedError(
            f"its policy is {policy}, not {' or '.join(authority.policies)}"
        )
    if authority.max_accuracy is None:
        return
    stated = _accuracy(response)
    if stated is None:
        raise TimestampRefusedError("it does not state its accuracy")
    if stated > authority.max_accuracy:
        raise TimestampRefusedError(
            f"its accuracy is {stated.total_seconds():g} s, "
            f"{authority.max_accuracy.total_seconds():g} s are accepted"
        )


def _accuracy(response: TimeStampResponse) -> timedelta | None:
    """RFC 3161, section 2.4.2: absent parts are zero, an absent whole says nothing."""
    stated: Accuracy | None = response.tst_info.accuracy
    if stated is None:
        return None
    return timedelta(
        seconds=stated.seconds or 0,
        milliseconds=stated.millis or 0,
        microseconds=stated.micros or 0,
    )


def _gen_time(response: TimeStampResponse) -> datetime:
    return response.tst_info.gen_time.astimezone(UTC)


def imprint(response: bytes) -> bytes:
    """The digest that a stored TimeStampResp is over, unverified; empty for what is none."""
    try:
        return bytes(_decoded(response).tst_info.message_imprint.message)
    except (TimestampRefusedError, ValueError):
        return b""


def certificates_of(response: bytes) -> tuple[x509.Certificate, ...]:
    """Certificates that a stored TimeStampResp carries, its authority's among them; unverified."""
    try:
        found = _decoded(response).signed_data.certificates
        return tuple(x509.load_der_x509_certificate(each) for each in found)
    except ValueError as error:
        raise TimestampRefusedError("its certificates cannot be read") from error


def authority_name(response: bytes) -> str:
    """The name a stored TimeStampResp gives its authority, unverified (RFC 3161: tsa)."""
    name = _decoded(response).tst_info.name
    if isinstance(name, x509.DirectoryName):
        return str(name.value.rfc4514_string())
    return "an authority that does not name itself"


def recognise(response: bytes, data: bytes, authorities: Sequence[TimeAuthority]) -> Timestamp:
    """A stored TimeStampResp over `data`, with the authority whose root it chains to.

    Raises TimestampRefusedError when it chains to none.
    """
    reasons: list[str] = []
    for authority in authorities:
        try:
            at = verify_timestamp(response, data, authority.roots)
        except TimestampRefusedError as error:
            reasons.append(f"{authority.name}: {error}")
            continue
        return Timestamp(
            response=response,
            token=token_of(response),
            authority=authority.name,
            assurance=authority.assurance,
            at=at,
        )
    raise TimestampRefusedError("; ".join(reasons) or "no time authority is configured")
