"""Conditional Access: which authentication contexts a policy in force answers.

Shaped by https://learn.microsoft.com/graph/api/conditionalaccessroot-list-policies
"""

from typing import Any

from simulator.tenant.estate.dates import ticks
from simulator.tenant.estate.estate import Estate, Fragment

STRENGTH = {
    "id": "00000000-0000-0000-0000-000000000004",
    "displayName": "Phishing-resistant MFA",
    "policyType": "builtIn",
    "requirementsSatisfied": "mfa",
    "allowedCombinations": ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"],
}


def generate(estate: Estate) -> Fragment:
    """c1 is answered by a policy in force; c2 by one on trial, c3 by one switched off."""
    legacy = _policy(estate, "Block legacy authentication", "enabled", [], _grant(["block"]))
    legacy["conditions"]["clientAppTypes"] = ["exchangeActiveSync", "other"]
    policies = [
        legacy,
        _policy(estate, "Privilege needs a second factor", "enabled", ["c1"], _grant(["mfa"])),
        _policy(
            estate,
            "Keys for privilege (trial)",
            "enabledForReportingButNotEnforced",
            ["c2"],
            _grant([], strength=STRENGTH),
        ),
        _policy(estate, "Former step-up", "disabled", ["c3"], _grant(["mfa"])),
    ]
    return Fragment(graph={"/identity/conditionalaccess/policies": policies})


def _grant(controls: list[str], *, strength: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "operator": "OR",
        "builtInControls": controls,
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength": strength,
    }


def _policy(
    estate: Estate, name: str, state: str, contexts: list[str], grant: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": estate.dice.guid("conditional access", name),
        "templateId": None,
        "displayName": name,
        "createdDateTime": ticks(estate.dates.past(400)),
        "modifiedDateTime": None,
        "state": state,
        "sessionControls": None,
        "conditions": {
            "userRiskLevels": [],
            "signInRiskLevels": [],
            "clientAppTypes": ["all"],
            "servicePrincipalRiskLevels": [],
            "insiderRiskLevels": None,
            "platforms": None,
            "locations": None,
            "devices": None,
            "clientApplications": None,
            "authenticationFlows": None,
            "applications": {
                "includeApplications": [] if contexts else ["All"],
                "excludeApplications": [],
                "includeUserActions": [],
                "includeAuthenticationContextClassReferences": contexts,
                "applicationFilter": None,
            },
            "users": {
                "includeUsers": ["All"],
                "excludeUsers": [],
                "includeGroups": [],
                "excludeGroups": [],
                "includeRoles": [],
                "excludeRoles": [],
                "includeGuestsOrExternalUsers": None,
                "excludeGuestsOrExternalUsers": None,
            },
        },
        "grantControls": grant,
    }
