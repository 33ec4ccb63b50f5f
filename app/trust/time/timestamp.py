"""RFC 3161 timestamps: asked of an ordered list of authorities, verified before accepted."""

import hashlib
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Literal, Protocol

from asn1crypto import algos, tsp
from cryptography import x509

from app.errors import UnavailableError, UsageError
from app.trust.keys.keyring import Trust
from app.trust.time.development import POLICY, DevelopmentTsa
from app.trust.time.second_opinion import refuse_unless_openssl_accepts
from app.trust.time.timestamp_token import TimestampRefusedError, TimeToken, read_token
from app.trust.time.token_form import refuse_loose_bytes
from app.trust.time.token_proof import prove

Assurance = Literal["development", "public", "qualified"]
_MAX_SKEW = timedelta(minutes=5)
_MAX_ANSWER = 1 << 20
_TIMEOUT = 15.0
"""Seconds until an authority counts as silent."""


class TimestampUnavailableError(UnavailableError):
    """No authority gave an acceptable timestamp; the message says each one's reason."""

    code = "timestamp_unavailable"


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
        try:
            with urllib.request.urlopen(request, timeout=seconds) as reply:  # noqa: S310 - as above
                answer: bytes = reply.read(_MAX_ANSWER)
        except HTTPException as error:  # no OSError, such as an answer that breaks off
            raise OSError(f"it does not speak HTTP to the end: {error!r}") from error
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
    """Digits after the sixth are in `exact` only."""
    exact: str
    """The same time as RFC 3339 text, with every digit that the authority gave."""


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
            return accept(ask(digest, authority), authority, now)
        except OSError as error:
            reasons.append(f"{authority.name}: {error}")
        except TimestampRefusedError as error:
            reasons.append(f"{authority.name}: {error}")
    told = "; ".join(reasons) or "none is configured"
    raise TimestampUnavailableError(f"no time authority gave a usable timestamp ({told})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What an authority answered, not yet judged."""

    digest: bytes
    nonce: int
    response: bytes


def ask(digest: bytes, authority: TimeAuthority) -> Answer:
    """What this authority answers to a query over a SHA-256 digest. Raises OSError."""
    nonce = secrets.randbits(63) | 1 << 62
    response = authority.answer(_query(digest, nonce))
    return Answer(digest=digest, nonce=nonce, response=response)


def accept(answer: Answer, authority: TimeAuthority, now: Callable[[], datetime]) -> Timestamp:
    """The timestamp in an answer, if it will verify later.

    As this program verifies a stored token, and as a bundle's verify.py does by `openssl ts
    -verify`: now and at the token's own time. Raises TimestampRefusedError.
    """
    token = read_token(answer.response)
    _same(token, answer.digest)
    if token.nonce != answer.nonce:
        raise TimestampRefusedError("the nonce is not the query's: it answers another query")
    _as_promised(token, authority)
    at = now()
    if abs(token.at - at) > _MAX_SKEW:
        raise TimestampRefusedError(
            f"its clock says {token.exact}, ours {at.isoformat()}; set whichever is wrong"
        )
    for instant in (at, token.at):
        prove(token, authority.roots, instant)
    refuse_loose_bytes(token.response, authority.roots)
    refuse_unless_openssl_accepts(token, answer.digest, authority.roots, at)
    return _timestamp(token, authority)


def verify_timestamp(response: bytes, data: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    """Time of a stored TimeStampResp over `data`, once it chains to `roots`.

    Certificates are judged at the time of the token. Raises TimestampRefusedError.
    """
    return _verified(response, data, roots).at


def _verified(response: bytes, data: bytes, roots: Sequence[x509.Certificate]) -> TimeToken:
    token = read_token(response)
    _same(token, hashlib.sha256(data).digest())
    prove(token, roots, token.at)
    return token


def _timestamp(token: TimeToken, authority: TimeAuthority) -> Timestamp:
    return Timestamp(
        response=token.response,
        token=token.token,
        authority=authority.name,
        assurance=authority.assurance,
        at=token.at,
        exact=token.exact,
    )


def _query(digest: bytes, nonce: int) -> bytes:
    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "hashed_message": digest,
    }
    query = {"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(query).dump())


def _same(token: TimeToken, digest: bytes) -> None:
    """Mismatch raises TimestampRefusedError."""
    algorithm, value = token.digest
    if algorithm != "sha256":
        raise TimestampRefusedError(f"the digest is {algorithm}, not SHA-256")
    if value != digest:
        raise TimestampRefusedError("Mismatch: the digest is not that of the data")


def _as_promised(token: TimeToken, authority: TimeAuthority) -> None:
    """Policy and accuracy as this authority promised them. Raises TimestampRefusedError."""
    if authority.policies and token.policy not in authority.policies:
        raise TimestampRefusedError(
            f"its policy is {token.policy}, not {' or '.join(authority.policies)}"
        )
    if authority.max_accuracy is None:
        return
    stated = token.accuracy
    if stated is None:
        raise TimestampRefusedError("it does not state its accuracy")
    if stated > authority.max_accuracy:
        raise TimestampRefusedError(
            f"its accuracy is {stated.total_seconds():g} s, "
            f"{authority.max_accuracy.total_seconds():g} s are accepted"
        )


def recognise(response: bytes, data: bytes, authorities: Sequence[TimeAuthority]) -> Timestamp:
    """A stored TimeStampResp over `data`, with the authority whose root it chains to.

    Raises TimestampRefusedError when it chains to none.
    """
    reasons: list[str] = []
    for authority in authorities:
        try:
            token = _verified(response, data, authority.roots)
        except TimestampRefusedError as error:
            reasons.append(f"{authority.name}: {error}")
            continue
        return _timestamp(token, authority)
    raise TimestampRefusedError("; ".join(reasons) or "no time authority is configured")
