"""Rules of a Privileged Identity Management policy; Azure and Entra ID write them alike.

https://learn.microsoft.com/graph/identity-governance-pim-rules-overview
Reasons name the `role` that is activated.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from collectors.kit.access.conditional_access import context_demands_mfa
from collectors.kit.beside import Beside
from collectors.kit.settings import quoted
from collectors.kit.spec import Verdict, failed, passed, unknown
from collectors.kit.values.instants import duration

ENABLEMENT = "Enablement_EndUser_Assignment"
CONTEXT = "AuthenticationContext_EndUser_Assignment"
APPROVAL = "Approval_EndUser_Assignment"
EXPIRATION = "Expiration_EndUser_Assignment"


MFA, JUSTIFICATION = "MultiFactorAuthentication", "Justification"
KNOWN = frozenset({MFA, JUSTIFICATION, "Ticketing"})
"""https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicyenablementrule"""


def activation_mfa(rules: Any, role: str, policies: Beside) -> Verdict:
    """MFA on activation, by the enablement rule, or by a context that a policy in force answers."""
    enabled, context = _enabled_rules(rules), _rule(rules, CONTEXT)
    if enabled is not None and MFA in enabled:
        return passed(f"activating {role} needs multi-factor authentication")
    match context.get("isEnabled"), context.get("claimValue"):
        case True, str() as claim if claim.strip():
            return context_demands_mfa(claim.strip(), role, policies)
        case True, None | str():
            return failed(f"{role} is activated with an authentication context that has no name")
        case False, _ if enabled is not None:
            return _strange(enabled, role) or failed(
                f"{role} is activated without multi-factor authentication"
            )
    return _no_rule(CONTEXT if enabled is not None else ENABLEMENT, role)


def activation_justification(rules: Any, role: str) -> Verdict:
    """A written reason on activation."""
    enabled = _enabled_rules(rules)
    if enabled is None:
        return _no_rule(ENABLEMENT, role)
    if JUSTIFICATION in enabled:
        return passed(f"activating {role} needs a written justification")
    return _strange(enabled, role) or failed(f"{role} is activated without a justification")


def _strange(enabled: list[Any], role: str) -> Verdict | None:
    """A rule by a name that is not known may be the one that is missing."""
    odd = [one for one in enabled if not isinstance(one, str) or one not in KNOWN]
    if not odd:
        return None
    return unknown(f"activating {role} needs {quoted(odd[0])}, which is no known rule")


def activation_approval(rules: Any, role: str) -> Verdict:
    """A second person's approval on activation."""
    setting = _rule(rules, APPROVAL).get("setting")
    match setting.get("isApprovalRequired") if isinstance(setting, Mapping) else None:
        case True:
            return passed(f"activating {role} needs the approval of a second person")
        case False:
            return failed(f"{role} is activated without anybody's approval")
        case _:
            return _no_rule(APPROVAL, role)


def activation_duration(rules: Any, role: str, hours: int) -> Verdict:
    """An activation ends after at most `hours`."""
    rule = _rule(rules, EXPIRATION)
    longest = duration(rule.get("maximumDuration"))
    if rule.get("isExpirationRequired") is False:
        return failed(f"an activation of {role} need not end")
    if rule.get("isExpirationRequired") is not True or not longest:
        return _no_rule(EXPIRATION, role)
    if longest <= timedelta(hours=hours):
        return passed(f"an activation of {role} lasts {_hours(longest)} h at most")
    return failed(f"an activation of {role} lasts up to {_hours(longest)} h, more than {hours} h")


def _rule(rules: Any, rule_id: str) -> Mapping[str, Any]:
    """The rule with that id; empty when Azure did not send it."""
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, Mapping) and rule.get("id") == rule_id:
            return rule
    return {}


def _enabled_rules(rules: Any) -> list[Any] | None:
    found = _rule(rules, ENABLEMENT).get("enabledRules")
    return found if isinstance(found, list) else None


def _no_rule(rule_id: str, role: str) -> Verdict:
    return unknown(f"Azure returned no complete rule {rule_id} of {role}")


def _hours(value: timedelta) -> str:
    return f"{value / timedelta(hours=1):g}"
