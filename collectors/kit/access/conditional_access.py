"""Whether an authentication context demands a second factor: a policy has to say so.

A context is a name. It demands something only through Conditional Access policies that target it,
are in force, mean everybody, and grant access by multi-factor authentication alone.

https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps#authentication-context
"""

from collections.abc import Mapping
from typing import Any

from collectors.kit.access.naming import LONGEST
from collectors.kit.beside import Beside
from collectors.kit.settings import quoted
from collectors.kit.spec import Item, Verdict, failed, passed, unknown

IN_FORCE = "enabled"
NOT_IN_FORCE = ("disabled", "enabledForReportingButNotEnforced")
APPLICATIONS = "conditions.applications"
NARROWING = (
    "locations",
    "platforms",
    "devices",
    "deviceStates",
    "clientApplications",
    "authenticationFlows",
)
ELSEWHERE = "is about something else"
RISKS = ("signInRiskLevels", "userRiskLevels", "servicePrincipalRiskLevels", "insiderRiskLevels")
EXCLUSIONS = ("excludeUsers", "excludeGroups", "excludeRoles", "excludeGuestsOrExternalUsers")


def context_demands_mfa(claim: str, role: str, policies: Beside) -> Verdict:
    """Whether who activates the role with this context needs a second factor."""
    may_rule = [one for one in policies.seen if one["state"] not in NOT_IN_FORCE]
    doubts: list[tuple[Item, str]] = []
    for one in may_rule:
        doubt = _target_doubt(one, claim)
        if doubt == ELSEWHERE:
            continue
        doubt = doubt or _state_doubt(one) or _doubt(one)
        if doubt is None:
            who = one.name
            return passed(
                f"activating {role} needs multi-factor authentication by the policy {who}"
            )
        doubts.append((one, doubt))
    if not policies.all():
        return unknown(f"no Conditional Access policy was listed that could ask for {claim}")
    if doubts:
        one, doubt = doubts[0]
        return unknown(f"the policy {one.name[:LONGEST]} {doubt}")
    return failed(f"no policy in force demands anything for {claim}, by which {role} is activated")


def _target_doubt(policy: Item, claim: str) -> str | None:
    """Whether the policy may not be about the context; None when it is about it.

    A policy is about applications, user actions or contexts, and names one of them.
    """
    contexts = policy[f"{APPLICATIONS}.includeAuthenticationContextClassReferences"]
    if isinstance(contexts, list) and all(isinstance(one, str) for one in contexts):
        if claim in contexts:
            return None
        alike = [one for one in contexts if one.strip().lower() == claim.lower()]
        return f"asks for {quoted(alike[0])}, which may be {claim}" if alike else ELSEWHERE
    others = ("includeApplications", "includeUserActions")
    named = any(
        isinstance(found := policy[f"{APPLICATIONS}.{one}"], list) and found for one in others
    )
    if contexts is None and named:
        return ELSEWHERE
    return f"does not say whether it asks for {claim}"


def _state_doubt(policy: Item) -> str | None:
    state = policy["state"]
    if state == IN_FORCE:
        return None
    return "does not say its state" if state is None else f"is in the unknown state {quoted(state)}"


def _doubt(policy: Item) -> str | None:
    """Why the policy may let somebody in with one factor; None when it does not."""
    users = policy["conditions.users"]
    included = users.get("includeUsers") if isinstance(users, Mapping) else None
    if not isinstance(included, list) or "All" not in included:
        return "asks, but not everybody"
    if any(users.get(name) for name in EXCLUSIONS):
        return "asks, but leaves somebody out"
    conditions = policy["conditions"]
    if any(conditions.get(name) for name in (*NARROWING, *RISKS)):
        return "asks under further conditions only"
    if conditions.get("clientAppTypes") not in (None, ["all"]):
        return "asks some clients only"
    return None if _by_mfa(policy["grantControls"]) else "may grant access without it"


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
