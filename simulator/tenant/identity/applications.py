"""Microsoft Entra applications: their secrets (dates only) and certificates.

Shaped by a recorded answer (Graph v1.0, May 2022): `hint` holds three letters, names may be null,
ends reach 2100. Kinds of keys: https://learn.microsoft.com/graph/api/resources/keycredential
"""

import copy
from datetime import datetime, timedelta
from typing import Any

from simulator.tenant.estate.dates import zulu
from simulator.tenant.estate.dice import Ledger
from simulator.tenant.estate.estate import Estate, Fragment
from simulator.tenant.inventory.roster import WORKLOADS

PARTS = ("api", "web", "worker", "fhir-gateway", "reporting", "notifications", "sync")
DAY = timedelta(days=1)
CHECKS = ("no_expired_secrets", "expiry_warning", "no_secrets", "secret_lifetime")

UNSET: dict[str, Any] = {
    "deletedDateTime": None,
    "isFallbackPublicClient": None,
    "applicationTemplateId": None,
    "disabledByMicrosoftStatus": None,
    "isDeviceOnlyAuthSupported": None,
    "groupMembershipClaims": None,
    "optionalClaims": None,
    "addIns": [],
    "samlMetadataUrl": None,
    "verifiedPublisher": {
        "displayName": None,
        "verifiedPublisherId": None,
        "addedDateTime": None,
    },
    "certification": None,
    "tags": [],
    "tokenEncryptionKeyId": None,
    "api": {
        "requestedAccessTokenVersion": 2,
        "acceptMappedClaims": None,
        "knownClientApplications": [],
        "oauth2PermissionScopes": [],
        "preAuthorizedApplications": [],
    },
    "appRoles": [],
    "publicClient": {"redirectUris": []},
    "info": {
        "termsOfServiceUrl": None,
        "supportUrl": None,
        "privacyStatementUrl": None,
        "marketingUrl": None,
        "logoUrl": None,
    },
    "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"},
    "requiredResourceAccess": [],
    "web": {
        "redirectUris": [],
        "homePageUrl": None,
        "logoutUrl": None,
        "implicitGrantSettings": {
            "enableIdTokenIssuance": False,
            "enableAccessTokenIssuance": False,
        },
    },
}
"""What Graph writes of an application that was only given a name and credentials."""


def generate(estate: Estate) -> Fragment:
    """Applications as their verdicts ask for."""
    ledger, dice = Ledger(estate.dice), estate.dice
    amount = 14 + estate.spec.resources // 20
    ids = [dice.guid("application", index) for index in range(amount)]
    bad = {
        "no_expired_secrets": ledger.decide("identity.app_credentials.no_expired_secrets", ids),
        "expiry_warning": ledger.decide("identity.app_credentials.expiry_warning", ids),
        "no_secrets": ledger.decide("identity.app_credentials.no_secrets", ids, share=0.4),
    }
    certified = [one for one in ids if one not in bad["no_secrets"] and _certified(estate, one)]
    lasting = ledger.decide("identity.app_credentials.certificate_lifetime", certified)
    for one in ids:
        if one not in certified:
            ledger.expect("identity.app_credentials.certificate_lifetime", one, "pass")
    # Who has no secret has none that lives too long, but a certificate may do so.
    check = "identity.app_credentials.secret_lifetime"
    bad["secret_lifetime"] = ledger.decide(check, [one for one in ids if one in bad["no_secrets"]])
    bad["secret_lifetime"] |= lasting
    for one in ids:
        if one not in bad["no_secrets"]:
            ledger.expect(check, one, "fail" if one in lasting else "pass")
    listed = [
        _application(estate, one, index, {name for name in CHECKS if one in bad[name]})
        for index, one in enumerate(ids)
    ]
    return Fragment(graph={"/applications": listed}, truth=ledger.truth)


def _certified(estate: Estate, one: str) -> bool:
    return estate.dice.share("certificate", one) < 0.6


def _application(estate: Estate, one: str, index: int, faults: set[str]) -> dict[str, Any]:
    workload, _ = WORKLOADS[index % len(WORKLOADS)]
    part = PARTS[index // len(WORKLOADS) % len(PARTS)]
    round_ = index // (len(WORKLOADS) * len(PARTS))
    name = f"{workload}-{part}" + (f"-{round_ + 1:02}" if round_ else "")
    held = spans(estate, one, faults)
    shared = "no_secrets" in faults
    symmetric = shared and estate.dice.share("symmetric", one) < 0.25
    # Without a certificate the healthy credential is a federated one: it is not listed here.
    keys = [] if shared else held if _certified(estate, one) else held[1:]
    certificates = [certificate(estate, one, name, span) for span in keys]
    if symmetric:
        certificates = [
            certificate(estate, one, name, span) | {"type": "Symmetric", "usage": "Sign"}
            for span in held
        ]
    return {
        "id": one,
        "appId": estate.dice.guid("app id", one),
        "identifierUris": [f"api://northgatehealth.example/{name}"],
        "createdDateTime": zulu(estate.dates.past(300 + index % 500)),
        "displayName": name,
        "publisherDomain": "northgatehealth.example",
        "signInAudience": "AzureADMyOrg",
        **copy.deepcopy(UNSET),
        "passwordCredentials": [secret(estate, one, span) for span in held]
        if shared and not symmetric
        else [],
        "keyCredentials": certificates,
    }


def spans(estate: Estate, one: str, faults: set[str]) -> list[tuple[datetime, datetime]]:
    """A healthy credential first; then what has expired, then what ends in days."""
    dates, dice = estate.dates, estate.dice
    start = dates.renewed(dice.number(0, 89, "renewal", one))
    days = dice.pick((120, 150, 170), "lifetime", one)
    if "secret_lifetime" in faults:
        days = dice.pick((730, 3650), "lifetime", one)
    found = [(start, start + days * DAY)]
    if "no_expired_secrets" in faults:
        end = dates.past(dice.number(20, 120, "expired", one))
        found.append((end - 150 * DAY, end))
    if "expiry_warning" in faults:
        end = dates.soon()
        found.append((end - 160 * DAY, end))
    return found


def secret(estate: Estate, one: str, span: tuple[datetime, datetime]) -> dict[str, Any]:
    """Dates of a secret. Graph never answers with its value, only with its first three letters."""
    start, end = map(zulu, span)
    return {
        "customKeyIdentifier": None,
        "displayName": None if estate.dice.share("unnamed", one) < 0.4 else f"issued {start[:10]}",
        "endDateTime": end,
        "hint": estate.dice.opaque("hint", one, start)[:3],
        "keyId": estate.dice.guid("secret", one, start),
        "secretText": None,
        "startDateTime": start,
    }


def certificate(
    estate: Estate, one: str, name: str, span: tuple[datetime, datetime]
) -> dict[str, Any]:
    """A certificate as Graph lists it, without its key."""
    start, end = map(zulu, span)
    return {
        "customKeyIdentifier": estate.dice.hexadecimal(40, "thumbprint", one, start),
        "displayName": f"CN={name}",
        "endDateTime": end,
        "key": None,
        "keyId": estate.dice.guid("certificate", one, start),
        "startDateTime": start,
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }
