"""Microsoft Entra applications: their secrets (dates only) and certificates."""

import copy
from datetime import datetime, timedelta
from typing import Any

from simulator.tenant.dates import zulu
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment
from simulator.tenant.roster import WORKLOADS

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
    # Who has no secret has none that lives too long.
    check = "identity.app_credentials.secret_lifetime"
    bad["secret_lifetime"] = ledger.decide(check, [one for one in ids if one in bad["no_secrets"]])
    for one in ids:
        if one not in bad["no_secrets"]:
            ledger.expect(check, one, "pass")
    listed = [
        _application(estate, one, index, {name for name in CHECKS if one in bad[name]})
        for index, one in enumerate(ids)
    ]
    return Fragment(graph={"/applications": listed}, truth=ledger.truth)


def _application(estate: Estate, one: str, index: int, faults: set[str]) -> dict[str, Any]:
    workload, _ = WORKLOADS[index % len(WORKLOADS)]
    part = PARTS[index // len(WORKLOADS) % len(PARTS)]
    round_ = index // (len(WORKLOADS) * len(PARTS))
    name = f"{workload}-{part}" + (f"-{round_ + 1:02}" if round_ else "")
    spans = _spans(estate, one, faults)
    secret = "no_secrets" in faults
    certified = estate.dice.share("certificate", one) < 0.6
    certificates = spans if not secret else []
    if not secret and not certified:
        certificates = spans[1:]  # the healthy one is a federated credential: not listed here
    return {
        "id": one,
        "appId": estate.dice.guid("app id", one),
        "identifierUris": [f"api://northgatehealth.example/{name}"],
        "createdDateTime": zulu(estate.dates.past(300 + index % 500)),
        "displayName": name,
        "publisherDomain": "northgatehealth.example",
        "signInAudience": "AzureADMyOrg",
        **copy.deepcopy(UNSET),
        "passwordCredentials": [_secret(estate, one, span) for span in spans] if secret else [],
        "keyCredentials": [_certificate(estate, one, name, span) for span in certificates],
    }


def _spans(estate: Estate, one: str, faults: set[str]) -> list[tuple[datetime, datetime]]:
    """A healthy credential first; then what has expired, then what ends in days."""
    dates, dice = estate.dates, estate.dice
    start = dates.renewed(dice.number(0, 89, "renewal", one))
    days = dice.pick((120, 150, 170), "lifetime", one)
    if "secret_lifetime" in faults:
        days = dice.pick((365, 730), "lifetime", one)
    spans = [(start, start + days * DAY)]
    if "no_expired_secrets" in faults:
        end = dates.past(dice.number(20, 120, "expired", one))
        spans.append((end - 150 * DAY, end))
    if "expiry_warning" in faults:
        end = dates.soon()
        spans.append((end - 160 * DAY, end))
    return spans


def _secret(estate: Estate, one: str, span: tuple[datetime, datetime]) -> dict[str, Any]:
    """Dates of a secret. Graph never answers with its value; its first letters are left out too."""
    start, end = map(zulu, span)
    return {
        "customKeyIdentifier": None,
        "displayName": f"issued {start[:10]}",
        "endDateTime": end,
        "hint": None,
        "keyId": estate.dice.guid("secret", one, start),
        "secretText": None,
        "startDateTime": start,
    }


def _certificate(
    estate: Estate, one: str, name: str, span: tuple[datetime, datetime]
) -> dict[str, Any]:
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
