"""Azure role assignments and role definitions."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from simulator.tenant.dates import ticks
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Subscription
from simulator.tenant.roles import (
    BUILT_IN,
    CUSTOM,
    MODEST,
    NARROW,
    OWNER,
    PRIVILEGED,
    PROVIDER,
    WILD,
)

CREATOR = "cloud-platform-pipeline"


class Grant(NamedTuple):
    """A role somebody has at a scope, before it is known who."""

    subscription: Subscription | None
    """None above all subscriptions: at the tenant's management group or the root."""
    scope: str
    role: str
    id: str


def generate(estate: Estate) -> Fragment:
    """Role assignments of every subscription, built-in definitions, and the company's own."""
    ledger = Ledger(estate.dice)
    assignments = tuple(_assignments(estate, ledger))
    custom = tuple(_custom(estate, ledger))
    built_in = tuple(_definition(estate, guid, *role) for guid, role in BUILT_IN.items())
    arm: dict[str, Any] = {}
    for one in estate.subscriptions:
        base = f"{one.scope}/{PROVIDER}".lower()
        mine = [row for row in assignments if row["subscriptionId"] in ("", one.id)]
        known = [
            row
            for row in built_in + custom
            if {"/", one.scope} & set(row["properties"]["assignableScopes"])
        ]
        arm[f"{base}/roleassignments"] = [_arm(row, "roleAssignments", "") for row in mine]
        arm[f"{base}/roledefinitions"] = [_arm(row, "roleDefinitions", one.scope) for row in known]
    return Fragment(authorization=assignments + built_in + custom, arm=arm, truth=ledger.truth)


def _assignments(estate: Estate, ledger: Ledger) -> Iterator[dict[str, Any]]:
    crowded = ledger.decide(
        "access.role_assignments.owners_limit", [one.id for one in estate.subscriptions]
    )
    grants = [
        grant
        for one in estate.subscriptions
        for grant in _grants(estate, one, crowded=one.id in crowded)
    ]
    grants += _inherited(estate)
    check = "access.role_assignments.privileged_to_people"
    personal = ledger.decide(check, [one.id for one in grants if one.role in PRIVILEGED], share=0.2)
    for one in grants:
        if one.role not in PRIVILEGED:
            ledger.expect(check, one.id, "pass")
        yield _assignment(estate, one, _principal_type(estate, one, personal))


def _grants(estate: Estate, one: Subscription, *, crowded: bool) -> Iterator[Grant]:
    """With the inherited one, 3 owners are enough and 4 to 6 a crowd; a group's do not count."""
    dice = estate.dice
    owners = dice.number(3, 5, "crowd", one.id) if crowded else dice.number(0, 2, "few", one.id)
    at_subscription = [OWNER] * owners + [role for role in BUILT_IN if role != OWNER]
    wanted = [(one.scope, role) for role in at_subscription]
    for place in estate.places:
        if place.subscription == one:
            wanted += [(place.group_id, OWNER), (place.group_id, next(iter(MODEST)))]
    for index, (scope, role) in enumerate(wanted):
        name = dice.guid("assignment", scope, role, index)
        yield Grant(one, scope, role, f"{scope}/{PROVIDER}/RoleAssignments/{name}")


def _inherited(estate: Estate) -> Iterator[Grant]:
    """An owner of the tenant's management group, and who rose above it to the root."""
    group = f"/providers/Microsoft.Management/managementGroups/{estate.tenant_id}"
    access_administrator = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
    for scope, role in ((group, OWNER), ("/", access_administrator)):
        name = estate.dice.guid("assignment", scope, role)
        yield Grant(None, scope, role, f"{scope.rstrip('/')}/{PROVIDER}/RoleAssignments/{name}")


def _principal_type(estate: Estate, one: Grant, personal: set[str]) -> str:
    if one.id in personal:
        return "User"
    if one.role in PRIVILEGED:
        return estate.dice.pick(("Group", "Group", "ServicePrincipal"), "principal type", one.id)
    return estate.dice.pick(("User", "Group", "ServicePrincipal"), "principal type", one.id)


def _assignment(estate: Estate, one: Grant, principal_type: str) -> dict[str, Any]:
    created = ticks(estate.dates.past(estate.dice.number(50, 700, "assigned", one.id)))
    creator = estate.dice.guid("principal", CREATOR)
    group = one.scope.split("/")[4].lower() if "/resourceGroups/" in one.scope else ""
    properties = {
        "roleDefinitionId": f"/{PROVIDER}/RoleDefinitions/{one.role}",
        "principalId": estate.dice.guid("principal", principal_type, one.id),
        "principalType": principal_type,
        "scope": one.scope,
        "createdOn": created,
        "createdBy": creator,
        "updatedOn": created,
        "updatedBy": creator,
    }
    kind = "microsoft.authorization/roleassignments"
    row = _row(estate, one.id, kind, properties)
    return row | {
        "resourceGroup": group,
        "subscriptionId": one.subscription.id if one.subscription else "",
    }


def _custom(estate: Estate, ledger: Ledger) -> Iterator[dict[str, Any]]:
    """One role of the company's own for each subscription, and never fewer than eight."""
    dice = estate.dice
    wanted = []
    for index in range(max(len(CUSTOM), len(estate.subscriptions))):
        scope = estate.subscriptions[index % len(estate.subscriptions)].scope
        suffix = "" if index < len(CUSTOM) else f" {index // len(CUSTOM) + 1}"
        name = f"Northgate {CUSTOM[index % len(CUSTOM)]}{suffix}"
        wanted.append((dice.guid("custom role", index), name, scope))
    wild = ledger.decide(
        "access.role_assignments.custom_role_wildcard",
        [f"/{PROVIDER}/RoleDefinitions/{guid}" for guid, _, _ in wanted],
    )
    for guid, name, scope in wanted:
        faulty = f"/{PROVIDER}/RoleDefinitions/{guid}" in wild
        actions, on_data = dice.pick(WILD if faulty else NARROW, "actions", guid)
        yield _definition(estate, guid, name, actions, on_data, scope=scope)


def _definition(
    estate: Estate,
    guid: str,
    name: str,
    actions: tuple[str, ...],
    on_data: tuple[str, ...] = (),
    *,
    scope: str = "/",
) -> dict[str, Any]:
    own = scope != "/"
    created = ticks(estate.dates.past(600))
    properties = {
        "roleName": name,
        "type": "CustomRole" if own else "BuiltInRole",
        "description": f"{name} of Northgate Health." if own else f"Built-in role {name}.",
        "assignableScopes": [scope],
        "permissions": [
            {
                "actions": list(actions),
                "notActions": [],
                "dataActions": list(on_data),
                "notDataActions": [],
            }
        ],
        "createdOn": created,
        "updatedOn": created,
        "createdBy": estate.dice.guid("principal", CREATOR) if own else None,
        "updatedBy": estate.dice.guid("principal", CREATOR) if own else None,
    }
    identity = f"/{PROVIDER}/RoleDefinitions/{guid}"
    return _row(estate, identity, "microsoft.authorization/roledefinitions", properties)


def _row(
    estate: Estate, identity: str, azure_type: str, properties: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": identity,
        "name": identity.rsplit("/", 1)[1],
        "type": azure_type,
        "tenantId": estate.tenant_id,
        "kind": "",
        "location": "global",
        "resourceGroup": "",
        "subscriptionId": "",
        "managedBy": "",
        "sku": None,
        "plan": None,
        "properties": properties,
        "tags": None,
        "identity": None,
        "zones": None,
        "extendedLocation": None,
    }


def _arm(row: dict[str, Any], collection: str, prefix: str) -> dict[str, Any]:
    """The row as the provider's own list writes it (api-version 2022-04-01)."""
    path = row["id"].rsplit("/", 2)[0]
    return {
        "properties": row["properties"],
        "id": f"{prefix}{path}/{collection}/{row['name']}",
        "type": f"Microsoft.Authorization/{collection}",
        "name": row["name"],
    }
