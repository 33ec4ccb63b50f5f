"""Service principals: credentials of their own, which no application shows.

Shaped by https://learn.microsoft.com/graph/api/resources/serviceprincipal. Microsoft's own services
are listed without credentials unless somebody added one here, and that one is the organisation's;
managed identities list certificates that Azure renews, and nobody asks about those.
"""

from typing import Any

from simulator.tenant.estate.dice import Ledger
from simulator.tenant.estate.estate import Estate, Fragment
from simulator.tenant.identity import people
from simulator.tenant.identity.applications import DAY, certificate, secret, spans

MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
"""Tenant that owns Microsoft's own applications."""
OWN = 10
"""Service principals with credentials, of applications of this and of other tenants."""
CHECKS = {
    "no_expired_secrets": "service_no_expired",
    "expiry_warning": "service_expiry_warning",
    "no_secrets": "service_no_secrets",
    "secret_lifetime": "service_lifetime",
}
"""Faults as applications have them, and the checks that find them here."""

ADDED = {
    "service_no_expired": "pass",
    "service_expiry_warning": "pass",
    "service_no_secrets": "fail",
    "service_lifetime": "fail",
}
"""Expected of the service of Microsoft's that was given a secret here."""


def generate(estate: Estate) -> Fragment:
    """Service principals with and without credentials."""
    ledger, dice = Ledger(estate.dice), estate.dice
    ids = [dice.guid("service principal", index) for index in range(OWN)]
    bad = {
        fault: ledger.decide(f"identity.app_credentials.{check}", ids, share=0.3)
        for fault, check in CHECKS.items()
    }
    held = [
        _with_credentials(estate, one, index, {fault for fault in CHECKS if one in bad[fault]})
        for index, one in enumerate(ids)
    ]
    plain = [
        _principal(estate, people.service(dice, index), name)
        for index, name in enumerate(people.SERVICES)
    ]
    microsoft, added = _microsoft(estate), _added(estate)
    for check, expected in ADDED.items():
        ledger.expect(f"identity.app_credentials.{check}", added["id"], expected)
    listed = [*held, *plain, microsoft, added, _managed(estate), _signing(estate)]
    for check in ("service_no_expired", "service_expiry_warning", "service_no_secrets"):
        ledger.expect(f"identity.app_credentials.{check}", listed[-1]["id"], "pass")
    ledger.expect("identity.app_credentials.service_lifetime", listed[-1]["id"], "fail")
    return Fragment(graph={"/serviceprincipals": listed}, truth=ledger.truth)


def _principal(estate: Estate, one: str, name: str | None) -> dict[str, Any]:
    return {
        "id": one,
        "deletedDateTime": None,
        "accountEnabled": True,
        "appId": estate.dice.guid("service app", name or one),
        "appDisplayName": name,
        "appOwnerOrganizationId": estate.tenant_id,
        "displayName": name,
        "servicePrincipalType": "Application",
        "servicePrincipalNames": [],
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "passwordCredentials": [],
        "keyCredentials": [],
    }


def _with_credentials(estate: Estate, one: str, index: int, faults: set[str]) -> dict[str, Any]:
    name = None if index == 3 else f"connector-{index:02}"
    held = spans(estate, one, faults)
    shared = "no_secrets" in faults
    owner = estate.dice.guid("vendor tenant", index) if index % 2 else estate.tenant_id
    return _principal(estate, one, name) | {
        "appOwnerOrganizationId": owner,
        "passwordCredentials": [secret(estate, one, span) for span in held] if shared else [],
        "keyCredentials": []
        if shared
        else [certificate(estate, one, name or one, span) for span in held],
    }


def _microsoft(estate: Estate) -> dict[str, Any]:
    """One of Microsoft's own: what its application signs in with is not listed here."""
    one = estate.dice.guid("service principal", "microsoft")
    name = "Windows Azure Service Management API"
    return _principal(estate, one, name) | {"appOwnerOrganizationId": MICROSOFT}


def _added(estate: Estate) -> dict[str, Any]:
    """One of Microsoft's own to which somebody here gave a secret for a hundred years."""
    one = estate.dice.guid("service principal", "added")
    start = estate.dates.renewed(45)
    return _principal(estate, one, "Office 365 Exchange Online") | {
        "appOwnerOrganizationId": MICROSOFT,
        "passwordCredentials": [secret(estate, one, (start, start + 36500 * DAY))],
    }


def _managed(estate: Estate) -> dict[str, Any]:
    """A managed identity: its certificate is renewed by Azure."""
    one = estate.dice.guid("service principal", "managed")
    span = (estate.dates.past(89), estate.dates.past(-1))
    return _principal(estate, one, "id-portal-001") | {
        "appOwnerOrganizationId": None,
        "servicePrincipalType": "ManagedIdentity",
        "keyCredentials": [certificate(estate, one, "managed", span)],
    }


def _signing(estate: Estate) -> dict[str, Any]:
    """A gallery application that signs SAML tokens for three years, as Entra ID makes it.

    Its password only opens the certificate: same mark, no secret to sign in with.
    https://learn.microsoft.com/graph/api/serviceprincipal-addtokensigningcertificate
    """
    one = estate.dice.guid("service principal", "signing")
    start = estate.dates.renewed(45)
    key = certificate(estate, one, "saml", (start, start + 1095 * DAY))
    mark = {"customKeyIdentifier": key["customKeyIdentifier"]}
    return _principal(estate, one, "Ward Roster (SAML)") | {
        "passwordCredentials": [secret(estate, one, (start, start + 1095 * DAY)) | mark],
        "keyCredentials": [
            key | {"type": "X509CertAndPassword", "usage": "Sign"},
            key | {"keyId": estate.dice.guid("verify", one)},
        ],
    }
