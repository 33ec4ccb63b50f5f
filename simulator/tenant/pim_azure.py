"""Privileged identity management of Azure roles: who is eligible, and who is active."""

from typing import Any

from simulator.tenant.dates import millis
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment
from simulator.tenant.pim_instance import Instance
from simulator.tenant.roles import BUILT_IN, MODEST, PRIVILEGED, PROVIDER

PEOPLE = (
    ("Amara Okafor", "a.okafor"),
    ("Bjorn Lindqvist", "b.lindqvist"),
    ("Camille Moreau", "c.moreau"),
    ("Daichi Tanaka", "d.tanaka"),
    ("Elena Silva", "e.silva"),
    ("Filip Novak", "f.novak"),
)


def generate(estate: Estate) -> Fragment:
    """Both lists of every subscription (api-version 2020-10-01)."""
    ledger = Ledger(estate.dice)
    arm: dict[str, Any] = {
        f"{one.scope}/{PROVIDER}/{collection}".lower(): []
        for one in estate.subscriptions
        for collection in (
            "roleEligibilityScheduleInstances",
            "roleAssignmentScheduleInstances",
        )
    }
    made = _eligible(estate, ledger) + _active(estate, ledger)
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
        "expandedProperties": one.expanded
        | {
            "principal": {
                "id": principal,
                "displayName": display,
                "email": f"{account}@northgatehealth.example",
                "type": "User",
            }
        },
    }


def _made(one: Instance, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return one.at(one.collection), one.element(one.collection, body)
