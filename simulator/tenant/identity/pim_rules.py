"""Rules of a privileged identity management policy, in the words of ARM and of Microsoft Graph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.tenant.estate.dice import Dice

ACTIVATION = (
    "activation_mfa",
    "activation_justification",
    "activation_approval",
    "activation_duration",
)
CONTEXTS = 0.25
"""Share of policies that demand a context."""
ANSWERED, IDLE = "c1", ("", "c2", "c3")
"""Contexts: see `conditional_access`."""
SHORT = ("PT1H", "PT4H", "PT8H", "PT30M", "PT2H30M")
LONG = ("PT12H", "PT24H", "P1D", "PT9H")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is called, whom it binds, what it demands."""

    id: str
    kind: str
    caller: str
    level: str
    demand: dict[str, Any]


def arm_rules(dice: Dice, policy: str, faults: set[str]) -> list[dict[str, Any]]:
    """Rules as Azure Resource Manager 2020-10-01 writes them in `effectiveRules`."""
    approver = {
        "id": dice.guid("group", "sg-privileged-approvers"),
        "description": "sg-privileged-approvers",
        "isBackup": False,
        "userType": "Group",
    }
    return [
        rule.demand
        | {
            "id": rule.id,
            "ruleType": f"RoleManagementPolicy{rule.kind}Rule",
            "target": {
                "caller": rule.caller,
                "operations": ["All"],
                "level": rule.level,
                "targetObjects": None,
                "inheritableSettings": None,
                "enforcedSettings": None,
            },
        }
        for rule in _rules(dice, policy, faults, [approver])
    ]


def graph_rules(dice: Dice, policy: str, faults: set[str]) -> list[dict[str, Any]]:
    """Rules as Microsoft Graph v1.0 writes them in `policy.rules`."""
    approver = {
        "@odata.type": "#microsoft.graph.groupMembers",
        "groupId": dice.guid("group", "sg-privileged-approvers"),
        "description": "sg-privileged-approvers",
        "isBackup": False,
    }
    return [
        {"@odata.type": f"#microsoft.graph.unifiedRoleManagementPolicy{rule.kind}Rule"}
        | {"id": rule.id}
        | rule.demand
        | {
            "target": {
                "caller": rule.caller,
                "operations": ["all"],
                "level": rule.level,
                "inheritableSettings": [],
                "enforcedSettings": [],
            }
        }
        for rule in _rules(dice, policy, faults, [approver])
    ]


def _rules(
    dice: Dice, policy: str, faults: set[str], approvers: Sequence[dict[str, Any]]
) -> Iterator[Rule]:
    context = _context(dice, policy, faults)
    longest = dice.pick(LONG if "activation_duration" in faults else SHORT, "duration", policy)
    yield Rule("Expiration_Admin_Eligibility", "Expiration", "Admin", "Eligibility", _expiry("P1Y"))
    yield Rule("Expiration_Admin_Assignment", "Expiration", "Admin", "Assignment", _expiry("P90D"))
    # What an administrator must do is no answer to what the activating person must do.
    admin = {"enabledRules": ["MultiFactorAuthentication", "Justification"]}
    yield Rule("Enablement_Admin_Assignment", "Enablement", "Admin", "Assignment", admin)
    yield Rule(
        "Expiration_EndUser_Assignment", "Expiration", "EndUser", "Assignment", _expiry(longest)
    )
    enabled = {"enabledRules": list(_enabled(dice, policy, faults, by_context=context is not None))}
    yield Rule("Enablement_EndUser_Assignment", "Enablement", "EndUser", "Assignment", enabled)
    approval = {"setting": _approval(approvers, required="activation_approval" not in faults)}
    yield Rule("Approval_EndUser_Assignment", "Approval", "EndUser", "Assignment", approval)
    yield Rule(
        "AuthenticationContext_EndUser_Assignment",
        "AuthenticationContext",
        "EndUser",
        "Assignment",
        {"isEnabled": context is not None, "claimValue": context or ""},
    )
    yield Rule(
        "Notification_Admin_EndUser_Assignment",
        "Notification",
        "EndUser",
        "Assignment",
        {
            "notificationType": "Email",
            "recipientType": "Admin",
            "isDefaultRecipientsEnabled": True,
            "notificationLevel": "All",
            "notificationRecipients": [],
        },
    )


def _context(dice: Dice, policy: str, faults: set[str]) -> str | None:
    """An authentication context instead of MFA: one that a policy answers, or one that none does.

    Without a name, or with one that only a policy on trial names, nothing is demanded.
    """
    if dice.share("context", policy) >= CONTEXTS:
        return None
    return dice.pick(IDLE, "idle", policy) if "activation_mfa" in faults else ANSWERED


def _enabled(dice: Dice, policy: str, faults: set[str], *, by_context: bool) -> Iterator[str]:
    if "activation_mfa" not in faults and not by_context:
        yield "MultiFactorAuthentication"
    if "activation_justification" not in faults:
        yield "Justification"
    if dice.share("ticketing", policy) < 0.3:
        yield "Ticketing"


def _expiry(longest: str) -> dict[str, Any]:
    return {"isExpirationRequired": True, "maximumDuration": longest}


def _approval(approvers: Sequence[dict[str, Any]], *, required: bool) -> dict[str, Any]:
    return {
        "isApprovalRequired": required,
        "isApprovalRequiredForExtension": False,
        "isRequestorJustificationRequired": True,
        "approvalMode": "SingleStage",
        "approvalStages": [
            {
                "approvalStageTimeOutInDays": 1,
                "isApproverJustificationRequired": True,
                "escalationTimeInMinutes": 0,
                "primaryApprovers": list(approvers),
                "isEscalationEnabled": False,
                "escalationApprovers": [],
            }
        ],
    }
