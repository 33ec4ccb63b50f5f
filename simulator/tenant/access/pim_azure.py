"""Privileged identity management of Azure roles: who is eligible, and who is active.

Active are all assignments, those made without it too; an end that was never set is null. Shaped by
https://learn.microsoft.com/rest/api/authorization/role-assignment-schedule-instances/list-for-scope
"""

from datetime import timedelta
from typing import Any

from simulator.tenant.access.custom_roles import custom_roles
from simulator.tenant.access.grants import STANDING, Held, hold
from simulator.tenant.access.pim_instance import Instance
from simulator.tenant.access.roles import BUILT_IN, MODEST, PROVIDER
from simulator.tenant.estate import management_groups
from simulator.tenant.estate.dates import millis, ticks
from simulator.tenant.estate.dice import Ledger
from simulator.tenant.estate.estate import Estate, Fragment
from simulator.tenant.identity import people

ELIGIBLE, ACTIVE = "roleEligibilityScheduleInstances", "roleAssignmentScheduleInstances"
EXPIRES = "access.pim_azure.eligibility_expires"
ENDLESS = (None, "9999-12-31T23:59:59.9999999Z", "2099-01-01T00:00:00Z", "0001-01-01T00:00:00")


def generate(estate: Estate) -> Fragment:
    """Both lists of every subscription and management group (api-version 2020-10-01)."""
    ledger = Ledger(estate.dice)
    scopes = [one.scope for one in estate.subscriptions] + list(management_groups.scopes(estate))
    arm: dict[str, Any] = {
        f"{scope}/{PROVIDER}/{collection}".lower(): []
        for scope in scopes
        for collection in (ELIGIBLE, ACTIVE)
    }
    for path, element in _eligible(estate, ledger) + _active(estate, ledger):
        arm[path].append(element)
    return Fragment(arm=arm, truth=ledger.truth)


Made = list[tuple[str, dict[str, Any]]]


def _eligible(estate: Estate, ledger: Ledger) -> Made:
    collection, dice = "RoleEligibilityScheduleInstances", estate.dice
    instances = [
        Instance(
            one.scope, one.scope, role, title, collection, dice.guid("eligible", one.id, role, turn)
        )
        for one in estate.subscriptions
        for role, (title, _) in BUILT_IN.items()
        for turn in range(dice.number(0 if role in MODEST else 1, 2, one.id, role))
    ]
    endless = ledger.decide(EXPIRES, [one.id for one in instances])
    return [
        (one.listed(ELIGIBLE), one.element(collection, _right(estate, one, one.id in endless)))
        for one in instances
    ]


def _right(estate: Estate, one: Instance, endless: bool) -> dict[str, Any]:  # noqa: FBT001 - a private row
    dice = estate.dice
    start = estate.dates.renewed(dice.number(0, 89, "renewal", one.id))
    end = dice.pick(ENDLESS, "endless", one.id) if endless else millis(start + timedelta(days=300))
    index = dice.number(0, len(people.PEOPLE) - 1, "person", one.id)
    return _who(one, people.person(dice, index), "User", people.PEOPLE[index][0]) | {
        "status": "Provisioned",
        "roleEligibilityScheduleId": f"{one.scope}/{PROVIDER}"
        f"/RoleEligibilitySchedules/{dice.guid('schedule', one.id)}",
        "startDateTime": millis(start),
        "endDateTime": end,
        "memberType": "Direct",
        "createdOn": ticks(start),
    }


def _active(estate: Estate, ledger: Ledger) -> Made:
    """Every assignment once, where it was made; those above subscriptions at their group."""
    customs = {one.guid for one in custom_roles(estate)}
    made: Made = []
    for held in hold(estate):
        one = _instance(estate, held, custom=held.grant.role in customs)
        made.append((one.listed(ACTIVE), one.element(ACTIVE, _active_body(estate, one, held))))
        if held.grant.subscription is not None and held.grant.privileged:
            ledger.expect(STANDING, one.id, "fail" if held.how == "standing" else "pass")
    return made


def _instance(estate: Estate, held: Held, *, custom: bool) -> Instance:
    grant = held.grant
    root = management_groups.scope(estate.tenant_id)
    at = grant.scope if grant.subscription is None else grant.subscription.scope
    # An activation is another instance every night; an assignment stays the same.
    when = estate.dice.night if held.how == "activated" else ""
    return Instance(
        grant.scope,
        root if at == "/" else at,
        grant.role,
        grant.name,
        "RoleAssignmentScheduleInstances",
        estate.dice.guid("active", grant.id, when),
        custom,
    )


def _active_body(estate: Estate, one: Instance, held: Held) -> dict[str, Any]:
    dice, activated = estate.dice, held.how == "activated"
    base = f"{one.at}/{PROVIDER}"
    shown = None if held.gone else f"{held.kind} {held.principal[:8]}"
    return _who(one, held.principal, held.kind, shown) | {
        "originRoleAssignmentId": held.grant.id.replace("/RoleAssignments/", "/roleAssignments/"),
        "assignmentType": "Activated" if activated else "Assigned",
        "status": "Provisioned",
        "roleAssignmentScheduleId": f"{base}/RoleAssignmentSchedules/{dice.guid('from', one.id)}",
        "startDateTime": held.start,
        "endDateTime": held.end,
        "memberType": "Direct",
        "createdOn": held.start,
        "linkedRoleEligibilityScheduleId": dice.guid("linked", one.id) if activated else None,
        "linkedRoleEligibilityScheduleInstanceId": dice.guid("from", one.id) if activated else None,
    }


def _who(one: Instance, principal: str, kind: str, shown: str | None) -> dict[str, Any]:
    return {
        "scope": one.scope,
        "roleDefinitionId": one.definition,
        "principalId": principal,
        "principalType": kind,
        "condition": None,
        "conditionVersion": None,
        "expandedProperties": one.expanded
        | {"principal": {"id": principal, "displayName": shown, "email": None, "type": kind}},
    }
