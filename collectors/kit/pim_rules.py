"""Rules of a Privileged Identity Management policy; Azure and Entra ID write them alike.

https://learn.microsoft.com/graph/identity-governance-pim-rules-overview
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from collectors.kit.instants import duration
from collectors.kit.spec import Verdict, failed, passed, unknown

ENABLEMENT = "Enablement_EndUser_Assignment"
CONTEXT = "AuthenticationContext_EndUser_Assignment"
APPROVAL = "Approval_EndUser_Assignment"
EXPIRATION = "Expiration_EndUser_Assignment"


def activation_mfa(rules: Any) -> Verdict:
    """MFA on activation, by the enablement rule or by a Conditional Access context."""
    enabled, context = _enabled_rules(rules), _rule(rules, CONTEXT).get("isEnabled")
    if context is True:
        return passed("activation needs a Conditional Access authentication context")
    if enabled is not None and "MultiFactorAuthentication" in enabled:
        return passed("activation needs multi-factor authentication")
    if enabled is None or context is None:
        return _no_rule(ENABLEMENT if enabled is None else CONTEXT)
    return failed("the role is activated without multi-factor authentication")


def activation_justification(rules: Any) -> Verdict:
    """A written reason on activation."""
    enabled = _enabled_rules(rules)
    if enabled is None:
        return _no_rule(ENABLEMENT)
    if "Justification" in enabled:
        return passed("activation needs a written justification")
    return failed("the role is activated without a justification")


def activation_approval(rules: Any) -> Verdict:
    """A second person's approval on activation."""
    setting = _rule(rules, APPROVAL).get("setting")
    match setting.get("isApprovalRequired") if isinstance(setting, Mapping) else None:
        case True:
            return passed("activation needs the approval of a second person")
        case False:
            return failed("the role is activated without anybody's approval")
        case _:
            return _no_rule(APPROVAL)


def activation_duration(rules: Any, hours: int) -> Verdict:
    """An activation ends after at most `hours`."""
    rule = _rule(rules, EXPIRATION)
    longest = duration(rule.get("maximumDuration"))
    if rule.get("isExpirationRequired") is False:
        return failed("an activation need not end")
    if longest is None:
        return _no_rule(EXPIRATION)
    if longest <= timedelta(hours=hours):
        return passed(f"an activation lasts {_hours(longest)} h at most")
    return failed(f"an activation lasts up to {_hours(longest)} h, more than {hours} h")


def _rule(rules: Any, rule_id: str) -> Mapping[str, Any]:
    """The rule with that id; empty when Azure did not send it."""
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, Mapping) and rule.get("id") == rule_id:
            return rule
    return {}


def _enabled_rules(rules: Any) -> list[Any] | None:
    found = _rule(rules, ENABLEMENT).get("enabledRules")
    return found if isinstance(found, list) else None


def _no_rule(rule_id: str) -> Verdict:
    return unknown(f"Azure returned no complete rule {rule_id}")


def _hours(value: timedelta) -> str:
    return f"{value / timedelta(hours=1):g}"
