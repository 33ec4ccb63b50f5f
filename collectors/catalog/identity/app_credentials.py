"""Application registrations: secrets and certificates, their age and their end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from collectors.kit import (
    Check,
    Collector,
    Expectations,
    Graph,
    Item,
    Judge,
    Owner,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.instants import day, instant

SECRETS, CERTIFICATES = "passwordCredentials", "keyCredentials"
NO_SECRET = "holds no secret"  # noqa: S105 - a reason, not a password
DAY = timedelta(days=1)


def secret_lifetime(application: Item, expectations: Expectations) -> Verdict:
    """A secret that leaks unnoticed stops working by itself."""
    wanted = expectations["secret_lifetime_days"]
    lifetimes = [_lifetime(secret) for secret in application[SECRETS]]
    longest = max((span for span in lifetimes if span is not None), default=timedelta())
    if longest > wanted * DAY:
        return failed(
            f"a secret is valid for {-(-longest // DAY)} days, at most {wanted} are expected"
        )
    if None in lifetimes:
        return unknown("Entra ID returned no complete dates of a secret")
    return passed(f"every secret is valid for {wanted} days at most" if lifetimes else NO_SECRET)


def no_expired_secrets(application: Item, expectations: Expectations) -> Verdict:
    """Expired credentials are cleared away."""
    ends = _ends(application)
    expired = [end for end in ends if end is not None and end < expectations.as_of]
    if expired:
        return failed(f"a credential expired on {day(min(expired))} and was not removed")
    if None in ends:
        return unknown("Entra ID returned no end date of a credential")
    return passed("no credential has expired")


def expiry_warning(application: Item, expectations: Expectations) -> Verdict:
    """Nothing stops working unannounced. Expired credentials are not counted here."""
    days, now = expectations["credential_warning_days"], expectations.as_of
    ends = _ends(application)
    soon = [end for end in ends if end and now <= end <= now + days * DAY]
    if soon:
        return failed(f"a credential ends on {day(min(soon))}, within {days} days")
    if None in ends:
        return unknown("Entra ID returned no end date of a credential")
    return passed(f"no credential ends within {days} days")


def no_secrets(application: Item, _: Expectations) -> Verdict:
    """Applications prove themselves without a shared secret."""
    held = len(application[SECRETS])
    if held:
        return failed(f"holds secrets ({held}), expected are certificates or federation only")
    return passed(NO_SECRET)


def told(judge: Judge, *lists: str) -> Judge:
    """The judge for applications whose lists Entra ID sent; without a list it cannot be known."""

    def answer(application: Item, expectations: Expectations) -> Verdict:
        for name in lists:
            if not isinstance(application[name], list):
                return unknown(f"Entra ID returned no list {name}")
        return judge(application, expectations)

    return answer


def _ends(application: Item) -> list[datetime | None]:
    held = [*application[SECRETS], *application[CERTIFICATES]]
    return [instant(credential.get("endDateTime")) for credential in held]


def _lifetime(secret: Mapping[str, Any]) -> timedelta | None:
    start, end = instant(secret.get("startDateTime")), instant(secret.get("endDateTime"))
    return None if start is None or end is None else end - start


COLLECTOR = Collector(
    id="identity.app_credentials",
    title="Credentials of application registrations",
    reads={
        "applications": Graph(
            path="/applications",
            select=("id", "appId", "displayName", "createdDateTime", SECRETS, CERTIFICATES),
            top=999,
            needs=("Application.Read.All",),
        ),
    },
    checks=(
        Check(
            id="secret_lifetime",
            title="Application secrets are short-lived",
            on="applications",
            judge=told(secret_lifetime, SECRETS),
            controls=("A.5.17",),
            expectation="secret_lifetime_days",
            remedy="az ad app credential reset --id <appId> --end-date <date>",
            owner=Owner.SECURITY,
        ),
        Check(
            id="no_expired_secrets",
            title="Expired application credentials are removed",
            on="applications",
            judge=told(no_expired_secrets, SECRETS, CERTIFICATES),
            controls=("A.5.17",),
            remedy="az ad app credential delete --id <appId> --key-id <keyId>",
            owner=Owner.CLOUD,
        ),
        Check(
            id="expiry_warning",
            title="No application credential is about to end",
            on="applications",
            judge=told(expiry_warning, SECRETS, CERTIFICATES),
            controls=("A.5.17", "A.8.24"),
            expectation="credential_warning_days",
            remedy="az ad app credential reset --id <appId> --append --end-date <date>",
            owner=Owner.CLOUD,
        ),
        Check(
            id="no_secrets",
            title="Applications use certificates or federation, not secrets",
            on="applications",
            judge=told(no_secrets, SECRETS),
            controls=("A.8.5",),
            remedy="az ad app federated-credential create --id <appId> --parameters <file>",
            owner=Owner.SECURITY,
        ),
    ),
)
