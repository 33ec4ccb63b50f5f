"""Each time authority tried with a digest of nothing; nothing is stored."""

import secrets
from dataclasses import dataclass

from app.services.home.installation import Clock, Ports
from app.trust.time.second_opinion import openssl_is_here
from app.trust.time.timestamp import HttpAuthority, TimeAuthority, accept, ask
from app.trust.time.timestamp_token import TimestampRefusedError

NO_COMMAND = (
    "openssl, by which bundles are verified, is not on this machine and was not asked; "
    "install OpenSSL 3 and try again"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What one authority answered, and what its tokens are good for."""

    name: str
    url: str
    """Empty for the built-in development authority."""
    assurance: str
    reached: bool
    accepted: bool
    """Its token would be stored."""
    bundles_verify: bool
    """By `openssl ts -verify` and so by verify.py, with the pinned roots."""
    time: str | None
    """What its token says, as RFC 3339 text, with every digit that it gave."""
    reason: str
    """Why not, and what to do; empty where all is well."""


def try_authorities(ports: Ports) -> tuple[Tried, ...]:
    """All that are asked for timestamps, in their order; retired ones are not."""
    return tuple(_tried(ports.now, authority) for authority in ports.authorities)


def _tried(now: Clock, authority: TimeAuthority) -> Tried:
    try:
        answer = ask(secrets.token_bytes(32), authority)
    except OSError as error:
        return _told(authority, reached=False, reason=f"{error}; check its url and the network")
    try:
        stamped = accept(answer, authority, now)
    except TimestampRefusedError as error:
        return _told(authority, reached=True, reason=str(error))
    command = openssl_is_here()
    return Tried(
        name=authority.name,
        url=_url(authority),
        assurance=authority.assurance,
        reached=True,
        accepted=True,
        bundles_verify=command,
        time=stamped.exact,
        reason="" if command else NO_COMMAND,
    )


def _told(authority: TimeAuthority, *, reached: bool, reason: str) -> Tried:
    return Tried(
        name=authority.name,
        url=_url(authority),
        assurance=authority.assurance,
        reached=reached,
        accepted=False,
        bundles_verify=False,
        time=None,
        reason=reason,
    )


def _url(authority: TimeAuthority) -> str:
    return authority.url if isinstance(authority, HttpAuthority) else ""
