"""Microsoft Entra: privileged identity management of directory roles, and what they allow.

Shaped by https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentscheduleinstance and
https://learn.microsoft.com/graph/api/resources/unifiedroledefinition
"""

from datetime import timedelta
from typing import Any, NamedTuple

from simulator.tenant.estate.dates import millis
from simulator.tenant.estate.dice import Ledger
from simulator.tenant.estate.estate import Estate, Fragment
from simulator.tenant.identity import people
from simulator.tenant.identity.pim_rules import ACTIVATION, graph_rules

PRIVILEGED = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
    "966707d0-3269-4727-9be2-8c3a10f19b9d": "Password Administrator",
    "3a2c62db-5318-420d-8d74-23affee5d9d5": "Intune Administrator",
    "29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
    "d1d1d1d1-0000-4000-8000-000000000001": "Northgate Application Keeper",
}
"""Marked as privileged, or as powerful (Exchange); the last one is the company's own.

https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference"""
MODEST = {
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers",
    "4a5d8f65-41da-4de4-8968-e035b65339cf": "Reports Reader",
    "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b": "Message Center Reader",
    "d1d1d1d1-0000-4000-8000-000000000002": "Northgate Directory Viewer",
}
CUSTOM = {
    "d1d1d1d1-0000-4000-8000-000000000001": "microsoft.directory/applications/credentials/update",
    "d1d1d1d1-0000-4000-8000-000000000002": "microsoft.directory/users/standard/read",
}
"""What the company's own roles allow."""
ROLES = PRIVILEGED | MODEST
ENDLESS = (None, None, "9999-12-31T23:59:59.9999999Z", "2099-12-31T00:00:00Z")


EXISTS = "identity.principals.directory_holders_exist"
ELIGIBLE_EXISTS = "identity.principals.eligible_holders_exist"


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
    gone = ledger.decide(ELIGIBLE_EXISTS, [one.id for one in instances], share=0.05)
    start = estate.dates.renewed(7)
    end = millis(start + timedelta(days=300))
    return [
        _instance(one, dice.guid("gone", one.id) if one.id in gone else _person(estate, one))
        | {
            "startDateTime": millis(start),
            "endDateTime": dice.pick(ENDLESS, "endless", one.id) if one.id in endless else end,
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
    gone = ledger.decide(EXISTS, [one.id for one in assigned], share=0.05)
    for one in activated:
        ledger.expect(EXISTS, one.id, "pass")
    return [
        _instance(one, dice.guid("gone", one.id) if one.id in gone else _person(estate, one))
        | _assignment(estate, one, ends=one.id not in endless)
        for one in assigned + activated
    ]


def _assignment(estate: Estate, one: Instance, *, ends: bool) -> dict[str, Any]:
    dates, dice = estate.dates, estate.dice
    start = dates.midnight if one.activated else dates.renewed(21)
    # An activation lasts as long as any may: it is on whenever of that day it is asked for.
    end = start + timedelta(days=1 if one.activated else 150)
    far = dice.pick(ENDLESS, "far", one.id)
    return {
        "startDateTime": millis(start) if ends else None,
        "endDateTime": millis(end) if ends else far,
        "assignmentType": "Activated" if one.activated else "Assigned",
        "memberType": "Direct",
        "roleAssignmentOriginId": one.id,
        "roleAssignmentScheduleId": one.id,
    }


def _instance(one: Instance, principal: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "principalId": principal,
        "roleDefinitionId": one.role,
        "directoryScopeId": "/",
        "appScopeId": None,
    }


def _person(estate: Estate, one: Instance) -> str:
    index = estate.dice.number(0, len(people.PEOPLE) - 1, "who", one.id)
    return people.person(estate.dice, index)


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
    own = CUSTOM.get(role)
    permissions = [{"allowedResourceActions": [own], "condition": None}] if own else []
    return {
        "id": role,
        "description": f"Directory role {name}.",
        "displayName": name,
        "isBuiltIn": own is None,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "templateId": role,
        "version": "1",
        "rolePermissions": permissions,
    }
