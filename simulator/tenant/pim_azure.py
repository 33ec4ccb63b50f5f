"""Privileged identity management of Azure roles: eligible, active, and the policies."""

from typing import Any, NamedTuple

from simulator.tenant.dates import millis
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Subscription
from simulator.tenant.pim_rules import ACTIVATION, arm_rules
from simulator.tenant.roles import BUILT_IN, MODEST, PRIVILEGED

PROVIDER = "providers/Microsoft.Authorization"
PEOPLE = (
    ("Amara Okafor", "a.okafor"),
    ("Bjorn Lindqvist", "b.lindqvist"),
    ("Camille Moreau", "c.moreau"),
    ("Daichi Tanaka", "d.tanaka"),
    ("Elena Silva", "e.silva"),
    ("Filip Novak", "f.novak"),
)


class Instance(NamedTuple):
    """One eligible or active assignment, or one policy, of a role in a subscription."""

    subscription: Subscription
    role: str
    collection: str
    name: str

    @property
    def id(self) -> str:
        """ARM id as Azure writes it."""
        return f"{self.subscription.scope}/{PROVIDER}/{self.collection}/{self.name}"

    @property
    def definition(self) -> str:
        """ARM id of the role."""
        return f"{self.subscription.scope}/{PROVIDER}/roleDefinitions/{self.role}"


def generate(estate: Estate) -> Fragment:
    """The three lists of every subscription (api-version 2020-10-01)."""
    ledger = Ledger(estate.dice)
    arm: dict[str, Any] = {
        f"{one.scope}/{PROVIDER}/{collection}".lower(): []
        for one in estate.subscriptions
        for collection in (
            "roleEligibilityScheduleInstances",
            "roleAssignmentScheduleInstances",
            "roleManagementPolicyAssignments",
        )
    }
    made = _eligible(estate, ledger) + _active(estate, ledger) + _policies(estate, ledger)
    for path, element in made:
        arm[path].append(element)
    return Fragment(arm=arm, truth=ledger.truth)


Made = list[tuple[str, dict[str, Any]]]


def _eligible(estate: Estate, ledger: Ledger) -> Made:
    collection = "RoleEligibilityScheduleInstances"
    instances = [
        Instance(one, role, collection, estate.dice.guid("eligible", one.id, role, turn))
        for one in estate.subscriptions
        for role in BUILT_IN
        for turn in range(estate.dice.number(0 if role in MODEST else 1, 2, one.id, role))
    ]
    endless = ledger.decide("access.pim_azure.eligibility_expires", [one.id for one in instances])
    return [
        _made(one, _eligible_body(estate, one, ends=one.id not in endless)) for one in instances
    ]


def _eligible_body(estate: Estate, one: Instance, *, ends: bool) -> dict[str, Any]:
    start = estate.dates.past(60)
    return _who(estate, one) | {
        "status": "Provisioned",
        "roleEligibilityScheduleId": f"{one.subscription.scope}/{PROVIDER}"
        f"/RoleEligibilitySchedules/{estate.dice.guid('schedule', one.id)}",
        "startDateTime": millis(start),
        "endDateTime": millis(estate.dates.future(120)) if ends else None,
        "memberType": "Direct",
        "createdOn": millis(start),
    }


def _active(estate: Estate, ledger: Ledger) -> Made:
    """Some activate for hours (new every night), some are assigned, with an end or for ever."""
    dice, collection = estate.dice, "RoleAssignmentScheduleInstances"
    assigned = [
        Instance(one, role, collection, dice.guid("active", one.id, role))
        for one in estate.subscriptions
        for role in BUILT_IN
    ]
    activated = [
        Instance(one, role, collection, dice.guid("activated", one.id, role, dice.night))
        for one in estate.subscriptions
        for role in PRIVILEGED
        if dice.share("tonight", one.id, role, dice.night) < 0.3
    ]
    check = "access.pim_azure.no_standing_access"
    standing = ledger.decide(check, [one.id for one in assigned if one.role in PRIVILEGED])
    for one in activated:
        ledger.expect(check, one.id, "pass")
    endless = standing | {one.id for one in assigned if one.role in MODEST}
    return [
        _made(one, _assigned_body(estate, one, ends=one.id not in endless)) for one in assigned
    ] + [_made(one, _activated_body(estate, one)) for one in activated]


def _assigned_body(estate: Estate, one: Instance, *, ends: bool) -> dict[str, Any]:
    end = millis(estate.dates.future(45)) if ends else None
    body = _active_body(estate, one, "Assigned", millis(estate.dates.past(45)), end)
    return body | {
        "linkedRoleEligibilityScheduleId": None,
        "linkedRoleEligibilityScheduleInstanceId": None,
    }


def _activated_body(estate: Estate, one: Instance) -> dict[str, Any]:
    start = millis(estate.dates.midnight)
    end = millis(estate.dates.midnight.replace(hour=8))
    return _active_body(estate, one, "Activated", start, end) | {
        "linkedRoleEligibilityScheduleId": estate.dice.guid("schedule", one.id),
        "linkedRoleEligibilityScheduleInstanceId": estate.dice.guid("instance", one.id),
    }


def _active_body(
    estate: Estate, one: Instance, how: str, start: str, end: str | None
) -> dict[str, Any]:
    base = f"{one.subscription.scope}/{PROVIDER}"
    return _who(estate, one) | {
        "originRoleAssignmentId": f"{base}/roleAssignments/{one.name}",
        "assignmentType": how,
        "status": "Provisioned",
        "roleAssignmentScheduleId": f"{base}/RoleAssignmentSchedules/"
        f"{estate.dice.guid('schedule', one.id)}",
        "startDateTime": start,
        "endDateTime": end,
        "memberType": "Direct",
        "createdOn": start,
    }


def _who(estate: Estate, one: Instance) -> dict[str, Any]:
    display, account = estate.dice.pick(PEOPLE, "person", one.id)
    principal = estate.dice.guid("person", account)
    return {
        "scope": one.subscription.scope,
        "roleDefinitionId": one.definition,
        "principalId": principal,
        "principalType": "User",
        "condition": None,
        "conditionVersion": None,
        "expandedProperties": _subject(one)
        | {
            "principal": {
                "id": principal,
                "displayName": display,
                "email": f"{account}@northgatehealth.example",
                "type": "User",
            }
        },
    }


def _subject(one: Instance) -> dict[str, Any]:
    return {
        "scope": {
            "id": one.subscription.scope,
            "displayName": one.subscription.name,
            "type": "subscription",
        },
        "roleDefinition": {
            "id": one.definition,
            "displayName": BUILT_IN[one.role][0],
            "type": "BuiltInRole",
        },
    }


def _policies(estate: Estate, ledger: Ledger) -> Made:
    """Every role has a policy; only those of privileged roles are judged."""
    policies = [
        Instance(
            one,
            role,
            "roleManagementPolicyAssignment",
            f"{estate.dice.guid('policy', one.id, role)}_{role}",
        )
        for one in estate.subscriptions
        for role in BUILT_IN
    ]
    judged = [one.id for one in policies if one.role in PRIVILEGED]
    bad = {name: ledger.decide(f"access.pim_azure.{name}", judged) for name in ACTIVATION}
    made: Made = []
    for one in policies:
        faults = {name for name, failing in bad.items() if one.id in failing}
        element = _element(one, "RoleManagementPolicyAssignment", _policy_body(estate, one, faults))
        made.append((_path(one, "roleManagementPolicyAssignments"), element))
    return made


def _policy_body(estate: Estate, one: Instance, faults: set[str]) -> dict[str, Any]:
    policy = (
        f"{one.subscription.scope}/{PROVIDER}/roleManagementPolicies/{one.name.split('_', 1)[0]}"
    )
    editor = {"id": None, "displayName": "Admin", "type": None, "email": None}
    return {
        "scope": one.subscription.scope,
        "roleDefinitionId": one.definition,
        "policyId": policy,
        "effectiveRules": arm_rules(estate.dice, one.id, faults),
        "policyAssignmentProperties": _subject(one)
        | {"policy": {"id": policy, "lastModifiedBy": editor, "lastModifiedDateTime": None}},
    }


def _made(one: Instance, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return _path(one, one.collection), _element(one, one.collection, body)


def _path(one: Instance, collection: str) -> str:
    return f"{one.subscription.scope}/{PROVIDER}/{collection}".lower()


def _element(one: Instance, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "properties": body,
        "name": one.name,
        "id": one.id,
        "type": f"Microsoft.Authorization/{kind}",
    }
