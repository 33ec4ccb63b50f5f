"""Microsoft Entra: privileged identity management of directory roles."""

from typing import Any, NamedTuple

from simulator.tenant.dates import millis
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment
from simulator.tenant.pim_rules import ACTIVATION, graph_rules

PRIVILEGED = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
}
"""https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference"""
MODEST = {
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers",
    "4a5d8f65-41da-4de4-8968-e035b65339cf": "Reports Reader",
    "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b": "Message Center Reader",
}
ROLES = PRIVILEGED | MODEST


class Instance(NamedTuple):
    """A directory role somebody has or may have."""

    id: str
    role: str
    activated: bool = False


def generate(estate: Estate) -> Fragment:
    """Eligible and active role instances, and the policy of every role."""
    ledger = Ledger(estate.dice)
    directory = "/rolemanagement/directory"
    return Fragment(
        graph={
            f"{directory}/roleeligibilityscheduleinstances": _eligible(estate, ledger),
            f"{directory}/roleassignmentscheduleinstances": _active(estate, ledger),
            f"{directory}/roledefinitions": [_definition(*role) for role in ROLES.items()],
            "/policies/rolemanagementpolicyassignments": _policies(estate, ledger),
        },
        truth=ledger.truth,
    )


def _eligible(estate: Estate, ledger: Ledger) -> list[dict[str, Any]]:
    dice = estate.dice
    instances = [
        Instance(dice.opaque("eligible", role, turn) + "-1-e", role)
        for role in ROLES
        for turn in range(dice.number(1, 3, "eligible", role))
    ]
    endless = ledger.decide(
        "identity.pim_directory.eligibility_expires", [one.id for one in instances]
    )
    start, end = millis(estate.dates.past(80)), millis(estate.dates.future(90))
    return [
        _instance(estate, one)
        | {
            "startDateTime": start,
            "endDateTime": None if one.id in endless else end,
            "memberType": "Direct",
            "roleEligibilityScheduleId": dice.guid("schedule", one.id),
        }
        for one in instances
    ]


def _active(estate: Estate, ledger: Ledger) -> list[dict[str, Any]]:
    """Two emergency accounts or more have lasting roles; others activate, new every night."""
    dice = estate.dice
    assigned = [
        Instance(dice.opaque("active", role, turn) + "-1", role)
        for role in ROLES
        for turn in range(2)
    ]
    activated = [
        Instance(dice.opaque("activated", role, dice.night) + "-1", role, activated=True)
        for role in PRIVILEGED
        if dice.share("tonight", role, dice.night) < 0.4
    ]
    check = "identity.pim_directory.no_standing_access"
    standing = ledger.decide(check, [one.id for one in assigned if one.role in PRIVILEGED])
    for one in activated:
        ledger.expect(check, one.id, "pass")
    endless = standing | {one.id for one in assigned if one.role in MODEST}
    return [
        _instance(estate, one) | _assignment(estate, one, ends=one.id not in endless)
        for one in assigned + activated
    ]


def _assignment(estate: Estate, one: Instance, *, ends: bool) -> dict[str, Any]:
    midnight = estate.dates.midnight
    start = midnight if one.activated else estate.dates.past(45)
    end = midnight.replace(hour=8) if one.activated else estate.dates.future(60)
    return {
        "startDateTime": millis(start) if ends else None,
        "endDateTime": millis(end) if ends else None,
        "assignmentType": "Activated" if one.activated else "Assigned",
        "memberType": "Direct",
        "roleAssignmentOriginId": one.id,
        "roleAssignmentScheduleId": one.id,
    }


def _instance(estate: Estate, one: Instance) -> dict[str, Any]:
    return {
        "id": one.id,
        "principalId": estate.dice.guid("person", one.id),
        "roleDefinitionId": one.role,
        "directoryScopeId": "/",
        "appScopeId": None,
    }


def _policies(estate: Estate, ledger: Ledger) -> list[dict[str, Any]]:
    names = {
        role: f"DirectoryRole_{estate.tenant_id}_{estate.dice.guid('policy', role)}"
        for role in ROLES
    }
    judged = [f"{names[role]}_{role}" for role in PRIVILEGED]
    bad = {name: ledger.decide(f"identity.pim_directory.{name}", judged) for name in ACTIVATION}
    return [
        _policy(
            estate,
            names[role],
            role,
            {name for name, failing in bad.items() if f"{names[role]}_{role}" in failing},
        )
        for role in ROLES
    ]


def _policy(estate: Estate, name: str, role: str, faults: set[str]) -> dict[str, Any]:
    where = {"scopeId": "/", "scopeType": "DirectoryRole"}
    return {
        "id": f"{name}_{role}",
        "policyId": name,
        **where,
        "roleDefinitionId": role,
        "policy": {
            "id": name,
            "displayName": "DirectoryRole",
            "description": "DirectoryRole",
            "isOrganizationDefault": False,
            **where,
            "lastModifiedDateTime": None,
            "lastModifiedBy": {"displayName": None, "id": None},
            "rules": graph_rules(estate.dice, name, faults),
        },
    }


def _definition(role: str, name: str) -> dict[str, Any]:
    return {
        "id": role,
        "description": f"Built-in directory role {name}.",
        "displayName": name,
        "isBuiltIn": True,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "templateId": role,
        "version": "1",
        "rolePermissions": [],
    }
