"""Whether an authentication context demands a second factor: a policy has to say so.

A context is a name. It demands something only through Conditional Access policies that target it,
are in force, mean everybody, and grant access by multi-factor authentication alone.

https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps#authentication-context
"""

from collections.abc import Mapping
from typing import Any

from collectors.kit.beside import Beside
from collectors.kit.spec import Item, Verdict, failed, passed, unknown

IN_FORCE = "enabled"
NARROWING = (
    "locations",
    "platforms",
    "devices",
    "deviceStates",
    "clientApplications",
    "authenticationFlows",
)
RISKS = ("signInRiskLevels", "userRiskLevels", "servicePrincipalRiskLevels", "insiderRiskLevels")
EXCLUSIONS = ("excludeUsers", "excludeGroups", "excludeRoles", "excludeGuestsOrExternalUsers")


def context_demands_mfa(claim: str, role: str, policies: Beside) -> Verdict:
    """Whether who activates the role with this context needs a second factor."""
    about = [one for one in policies.seen if claim in _contexts(one)]
    in_force = [one for one in about if one["state"] == IN_FORCE]
    doubts = [(one, _doubt(one)) for one in in_force]
    for one, doubt in doubts:
        if doubt is None:
            who = one.name
            return passed(
                f"activating {role} needs multi-factor authentication by the policy {who}"
            )
    if not policies.all():
        return unknown(f"no Conditional Access policy was listed that could ask for {claim}")
    if doubts:
        one, doubt = doubts[0]
        return unknown(f"the policy {one.name} asks for {claim}, {doubt}")
    return failed(f"no policy in force demands anything for {claim}, by which {role} is activated")


def _contexts(policy: Item) -> list[Any]:
    found = policy["conditions.applications.includeAuthenticationContextClassReferences"]
    return found if isinstance(found, list) else []


def _doubt(policy: Item) -> str | None:
    """Why the policy may let somebody in with one factor; None when it does not."""
    users = policy["conditions.users"]
    included = users.get("includeUsers") if isinstance(users, Mapping) else None
    if not isinstance(included, list) or "All" not in included:
        return "but not of everybody"
    if any(users.get(name) for name in EXCLUSIONS):
        return "but leaves somebody out"
    conditions = policy["conditions"]
    if any(conditions.get(name) for name in (*NARROWING, *RISKS)):
        return "but under further conditions only"
    if conditions.get("clientAppTypes") not in (None, ["all"]):
        return "but of some clients only"
    return None if _by_mfa(policy["grantControls"]) else "and may grant access without it"


def _by_mfa(grant: Any) -> bool:
    if not isinstance(grant, Mapping):
        return False
    strength = grant.get("authenticationStrength")
    strong = isinstance(strength, Mapping) and strength.get("requirementsSatisfied") == "mfa"
    controls = grant.get("builtInControls")
    listed = controls if isinstance(controls, list) else []
    others = [grant.get("customAuthenticationFactors"), grant.get("termsOfUse")]
    if "mfa" not in listed and not strong:
        return False
    alone = len(listed) + strong == 1 and not any(others)
    return grant.get("operator") == "AND" or (grant.get("operator") == "OR" and alone)
