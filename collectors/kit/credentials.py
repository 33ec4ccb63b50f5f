"""Secrets and certificates of applications and service principals, as Microsoft Graph lists them.

https://learn.microsoft.com/graph/api/resources/passwordcredential
https://learn.microsoft.com/graph/api/resources/keycredential
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from collectors.kit.instants import day, instant, is_never
from collectors.kit.settings import quoted
from collectors.kit.spec import Expectations, Item, Judge, Status, Verdict, failed, passed, unknown

SECRETS, KEYS = "passwordCredentials", "keyCredentials"
CERTIFICATES = frozenset({"AsymmetricX509Cert", "X509CertAndPassword"})
SHARED = "Symmetric"
"""A key that both sides have is a secret, though it stands among the keys."""
NO_SECRET = "holds no secret"  # noqa: S105 - a reason, not a password
DAY = timedelta(days=1)


class CredentialError(ValueError):
    """A credential of a kind that cannot be judged; the text says which, for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The credentials of one application or service principal."""

    secrets: tuple[Mapping[str, Any], ...]
    certificates: tuple[Mapping[str, Any], ...]

    def ends(self) -> list[datetime | None]:
        """When each credential ends; None where no date is told."""
        return [instant(one.get("endDateTime")) for one in (*self.secrets, *self.certificates)]


def secret_lifetime(held: Held, expectations: Expectations) -> Verdict:
    """A secret that leaks unnoticed stops working by itself; a certificate's key may leak as well.

    Each is measured against its own longest time.
    """
    wanted = expectations["secret_lifetime_days"]
    secrets = _lifetime(held.secrets, "secret", wanted)
    certificates = certificate_lifetime(held, expectations)
    found = [one for one in (secrets, certificates) if one is not None]
    for status in (Status.FAIL, Status.UNKNOWN):
        for one in found:
            if one.status is status:
                return one
    return passed(f"every secret is valid for {wanted} days at most" if held.secrets else NO_SECRET)


def certificate_lifetime(held: Held, expectations: Expectations) -> Verdict:
    """A certificate is renewed before anybody forgets where its key lies."""
    wanted = expectations["certificate_lifetime_days"]
    found = _lifetime(held.certificates, "certificate", wanted)
    if found is not None:
        return found
    return passed(
        f"every certificate is valid for {wanted} days at most"
        if held.certificates
        else "holds no certificate"
    )


def no_expired(held: Held, expectations: Expectations) -> Verdict:
    """Expired credentials are cleared away."""
    ends = held.ends()
    expired = [end for end in ends if end is not None and end < expectations.as_of]
    if expired:
        return failed(f"a credential expired on {day(min(expired))} and was not removed")
    if None in ends:
        return unknown("Entra ID returned no end date of a credential")
    return passed("no credential has expired")


def ends_soon(held: Held, expectations: Expectations) -> Verdict:
    """Nothing stops working unannounced. Expired credentials are not counted here."""
    days, now = expectations["credential_warning_days"], expectations.as_of
    ends = held.ends()
    soon = [end for end in ends if end and now <= end <= now + days * DAY]
    if soon:
        return failed(f"a credential ends on {day(min(soon))}, within {days} days")
    if None in ends:
        return unknown("Entra ID returned no end date of a credential")
    return passed(f"no credential ends within {days} days")


def no_secrets(held: Held, _: Expectations) -> Verdict:
    """Who signs in proves it without a shared secret."""
    count = len(held.secrets)
    if count:
        return failed(f"holds secrets ({count}), expected are certificates or federation only")
    return passed(NO_SECRET)


_Question = Callable[[Held, Expectations], Verdict]


def of_held(question: _Question) -> Judge:
    """The judge of an application or service principal whose lists Entra ID sent."""

    def judge(item: Item, expectations: Expectations) -> Verdict:
        for name in (SECRETS, KEYS):
            if not isinstance(item[name], list):
                return unknown(f"Entra ID returned no list {name}")
        try:
            return question(_held(item), expectations)
        except CredentialError as error:
            return unknown(str(error))

    return judge


def holds_any(item: Item) -> bool:
    """False only for who was said to hold nothing at all."""
    return not (item[SECRETS] == [] and item[KEYS] == [])


def _held(item: Item) -> Held:
    keys = list(_objects(item[KEYS]))
    for key in keys:
        kind = key.get("type")
        if kind is None:
            raise CredentialError("Entra ID returned no type of a key")
        if kind != SHARED and kind not in CERTIFICATES:
            raise CredentialError(f"Entra ID returned a key of the type {quoted(kind)}")
    certificates = tuple(key for key in keys if key["type"] != SHARED)
    marks = {key.get("customKeyIdentifier") for key in certificates} - {None}
    secrets = [one for one in _objects(item[SECRETS]) if not _opens(one, marks)]
    shared = [key for key in keys if key["type"] == SHARED]
    return Held(secrets=(*secrets, *shared), certificates=certificates)


def _opens(secret: Mapping[str, Any], marks: set[Any]) -> bool:
    """A password that only opens a signing certificate of the same mark signs nobody in.

    https://learn.microsoft.com/graph/api/serviceprincipal-addtokensigningcertificate
    """
    return secret.get("customKeyIdentifier") in marks


def _objects(listed: Any) -> Iterator[Mapping[str, Any]]:
    for one in listed:
        if not isinstance(one, Mapping):
            raise CredentialError("Entra ID returned a credential that is no object")
        yield one


def _lifetime(held: tuple[Mapping[str, Any], ...], what: str, wanted: int) -> Verdict | None:
    """A fail or an unknown; None where every one of them ends in time."""
    if any(is_never(one.get("endDateTime")) for one in held):
        return failed(f"a {what} never ends, at most {wanted} days are expected")
    spans = [_span(one) for one in held]
    longest = max((span for span in spans if span is not None), default=timedelta())
    if longest > wanted * DAY:
        days = -(-longest // DAY)
        return failed(f"a {what} is valid for {days} days, at most {wanted} are expected")
    if None in spans:
        return unknown(f"Entra ID returned no complete dates of a {what}")
    return None


def _span(credential: Mapping[str, Any]) -> timedelta | None:
    start, end = instant(credential.get("startDateTime")), instant(credential.get("endDateTime"))
    return None if start is None or end is None else end - start
