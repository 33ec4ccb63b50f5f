"""Secrets and certificates of applications and service principals, as Microsoft Graph lists them.

https://learn.microsoft.com/graph/api/resources/passwordcredential
https://learn.microsoft.com/graph/api/resources/keycredential
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from collectors.kit.settings import quoted
from collectors.kit.spec import Expectations, Item, Judge, Status, Verdict, failed, passed, unknown
from collectors.kit.values.instants import day, instant, is_never

SECRETS, KEYS = "passwordCredentials", "keyCredentials"
CERTIFICATES = frozenset({"AsymmetricX509Cert", "X509CertAndPassword"})
SHARED = "Symmetric"
"""A key that both sides have is a secret, though it stands among the keys."""
SIGNING = "Sign"
"""Usage of a key that signs tokens; one that proves who signs in is there to "Verify"."""
NO_SECRET = "holds no secret"  # noqa: S105 - a reason, not a password
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The credentials of one application or service principal."""

    secrets: tuple[Mapping[str, Any], ...]
    certificates: tuple[Mapping[str, Any], ...]
    others: tuple[Mapping[str, Any], ...] = ()
    """Keys that are neither, as far as Entra ID said."""
    unread: str | None = None
    """Why there may be more than was read; what was seen to be bad is bad all the same."""

    def ends(self) -> list[datetime | None]:
        """When each credential ends; None where no date is told."""
        every = (*self.secrets, *self.certificates, *self.others)
        return [instant(one.get("endDateTime")) for one in every]


def secret_lifetime(held: Held, expectations: Expectations) -> Verdict:
    """A secret that leaks unnoticed stops working by itself; a certificate's key may leak as well.

    Each is measured against its own longest time.
    """
    wanted = expectations["secret_lifetime_days"]
    secrets = _lifetime(held.secrets, "secret", wanted, expectations.as_of)
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
    found = _lifetime(held.certificates, "certificate", wanted, expectations.as_of)
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
    """The judge of an application: every password of it is a secret."""
    return _of(question, signs=False)


def of_service(question: _Question) -> Judge:
    """The judge of a service principal, which alone may sign tokens with a certificate."""
    return _of(question, signs=True)


def _of(question: _Question, *, signs: bool) -> Judge:
    def judge(item: Item, expectations: Expectations) -> Verdict:
        held = _held(item, signs=signs)
        verdict = question(held, expectations)
        if held.unread is None or verdict.status is Status.FAIL:
            return verdict
        return unknown(held.unread)

    return judge


def holds_any(item: Item) -> bool:
    """False only for who was said to hold nothing at all."""
    return not (item[SECRETS] == [] and item[KEYS] == [])


def _held(item: Item, *, signs: bool) -> Held:
    doubts = [
        f"Entra ID returned no list {name}"
        for name in (SECRETS, KEYS)
        if not isinstance(item[name], list)
    ]
    keys, passwords = _objects(item[KEYS], doubts), _objects(item[SECRETS], doubts)
    certificates = [key for key in keys if _is(key, CERTIFICATES)]
    shared = [key for key in keys if _is(key, (SHARED,))]
    others = [key for key in keys if not _is(key, (*CERTIFICATES, SHARED))]
    for key in others:
        kind = key.get("type")
        doubts.append(
            "Entra ID returned no type of a key"
            if kind is None
            else f"Entra ID returned a key of the type {quoted(kind)}"
        )
    secrets = [one for one in passwords if not (signs and _opens_any(one, certificates))]
    return Held(
        secrets=(*secrets, *shared),
        certificates=tuple(certificates),
        others=tuple(others),
        unread=doubts[0] if doubts else None,
    )


def _is(key: Mapping[str, Any], kinds: Collection[str]) -> bool:
    kind = key.get("type")
    return isinstance(kind, str) and kind in kinds


def _opens_any(secret: Mapping[str, Any], certificates: Iterable[Mapping[str, Any]]) -> bool:
    """A password that only opens a signing certificate signs nobody in.

    Entra ID makes the two together, with one mark and one end: a password that lasts longer than
    the certificate does not only open it.
    https://learn.microsoft.com/graph/api/serviceprincipal-addtokensigningcertificate
    """
    mark, end = secret.get("customKeyIdentifier"), instant(secret.get("endDateTime"))
    if not isinstance(mark, str) or not mark or end is None:
        return False
    for key in certificates:
        same = key.get("usage") == SIGNING and key.get("customKeyIdentifier") == mark
        until = instant(key.get("endDateTime"))
        if same and until is not None and end <= until:
            return True
    return False


def _objects(listed: Any, doubts: list[str]) -> list[Mapping[str, Any]]:
    found = listed if isinstance(listed, list) else []
    if any(not isinstance(one, Mapping) for one in found):
        doubts.append("Entra ID returned a credential that is no object")
    return [one for one in found if isinstance(one, Mapping)]


def _lifetime(
    held: tuple[Mapping[str, Any], ...], what: str, wanted: int, as_of: datetime
) -> Verdict | None:
    """A fail or an unknown; None where every one of them ends in time."""
    if any(is_never(one.get("endDateTime")) for one in held):
        return failed(f"a {what} never ends, at most {wanted} days are expected")
    spans = [_span(one) for one in held]
    longest = max((span for span in spans if span is not None), default=timedelta())
    if longest > wanted * DAY:
        days = -(-longest // DAY)
        return failed(f"a {what} is valid for {days} days, at most {wanted} are expected")
    if None not in spans:
        return None
    ends = [instant(one.get("endDateTime")) for one in held]
    left = max((end - as_of for end in ends if end is not None), default=timedelta())
    if left > wanted * DAY:
        days = -(-left // DAY)
        return failed(f"a {what} is valid for {days} days more, at most {wanted} are expected")
    return unknown(f"Entra ID returned no complete dates of a {what}")


def _span(credential: Mapping[str, Any]) -> timedelta | None:
    """How long it is valid; None where that is not told, or ends before it starts."""
    start, end = instant(credential.get("startDateTime")), instant(credential.get("endDateTime"))
    return None if start is None or end is None or end < start else end - start
