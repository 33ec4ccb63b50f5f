"""The roles that the collecting identity holds in Azure, in every list that shows them.

It holds Reader at the root management group; where a whole subscription is withdrawn, Reader at
each that is left; where a type is withdrawn, a role of the organisation's own that leaves it out.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

from simulator.levers.consent import NAME, Identity, consented, made_on, unique
from simulator.levers.document import arm_id
from simulator.levers.rights import ALL, READS, Rights
from simulator.tenant.access.assignments import authorization_row
from simulator.tenant.access.roles import PROVIDER
from simulator.tenant.estate.dates import ticks
from simulator.tenant.estate.management_groups import scope as group_scope
from simulator.tenant.inventory.resources import is_shell
from simulator.tenant.model import Tenant, Truth

Row: TypeAlias = dict[str, Any]
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
GROUP_READER = "ac63b705-f282-497d-ac71-919bf39d939d"
"""Management Group Reader.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""
_ASSIGNMENT = "microsoft.authorization/roleassignments"
_DEFINITION = "microsoft.authorization/roledefinitions"


class Holding(NamedTuple):
    """A role it holds at a scope. `taken` are the actions that the role leaves out."""

    scope: str
    role: str
    taken: tuple[str, ...] = ()


def enrolled(tenant: Tenant, who: Identity, rights: Rights) -> Tenant:
    """The tenant with the identity in it: everywhere that such an identity is listed."""
    held = holdings(tenant, rights)
    own = [_definition(tenant, one) for one in held if one.taken]
    assignments = [_assignment(tenant, who, one) for one in held]
    tables = dict(tenant.tables)
    rows = [*tables["authorizationresources"], *assignments, *own, _group_reader(tenant)]
    tables["authorizationresources"] = sorted(rows, key=lambda row: str(row["id"]).lower())
    return replace(
        tenant,
        tables=tables,
        arm=_with_lists(tenant, who, held, assignments, [*own, _group_reader(tenant)]),
        graph=tenant.graph | consented(tenant, who, rights),
        truth=tuple(
            sorted(
                [*tenant.truth, *_truth(assignments, own)],
                key=lambda one: (one.check, one.subject),
            )
        ),
    )


def holdings(tenant: Tenant, rights: Rights) -> tuple[Holding, ...]:
    """The roles that amount to these rights, as far as roles can say them."""
    root = group_scope(tenant.tenant_id)
    everywhere = rights.taken("")
    if ALL in everywhere:
        return ()
    scopes = [str(one["id"]) for one in tenant.subscriptions if not is_shell(one)]
    taken = {scope: rights.taken(scope) for scope in scopes}
    if all(each == everywhere for each in taken.values()):
        return (_holding(root, everywhere),)
    left = [_holding(scope, each) for scope, each in taken.items() if ALL not in each]
    return (Holding(root, GROUP_READER), *left)


def _holding(scope: str, taken: tuple[str, ...]) -> Holding:
    return Holding(scope, unique("role", *taken) if taken else READER, taken)


def _assignment(tenant: Tenant, who: Identity, one: Holding) -> Row:
    name = unique("assignment", tenant.tenant_id, one.scope, one.role)
    made = ticks(made_on(tenant))
    properties = {
        "roleDefinitionId": f"/{PROVIDER}/RoleDefinitions/{one.role}",
        "principalId": who.object_id,
        "principalType": "ServicePrincipal",
        "scope": one.scope,
        "createdOn": made,
        "createdBy": unique("maker", tenant.tenant_id),
        "updatedOn": made,
        "updatedBy": unique("maker", tenant.tenant_id),
        "condition": None,
        "conditionVersion": None,
        "description": NAME,
        "delegatedManagedIdentityResourceId": None,
    }
    identity = f"{one.scope}/{PROVIDER}/RoleAssignments/{name}"
    return authorization_row(tenant.tenant_id, identity, _ASSIGNMENT, properties) | {
        "subscriptionId": _subscription(one)
    }


def _definition(tenant: Tenant, one: Holding) -> Row:
    """A role of the organisation's own that reads all but what was taken."""
    permission = {"actions": [READS], "notActions": list(one.taken), **_NO_DATA}
    return _role(tenant, one.role, f"{NAME} (narrowed)", permission, scope=one.scope)


def _group_reader(tenant: Tenant) -> Row:
    actions = ["Microsoft.Management/managementGroups/read", "Microsoft.Authorization/*/read"]
    permission = {"actions": actions, "notActions": [], **_NO_DATA}
    return _role(tenant, GROUP_READER, "Management Group Reader", permission, scope="/")


_NO_DATA: Row = {"dataActions": [], "notDataActions": []}


def _role(tenant: Tenant, guid: str, name: str, permission: Row, *, scope: str) -> Row:
    made, own = ticks(made_on(tenant)), scope != "/"
    properties = {
        "roleName": name,
        "type": "CustomRole" if own else "BuiltInRole",
        "description": name,
        "assignableScopes": [scope],
        "permissions": [permission],
        "createdOn": made,
        "updatedOn": made,
        "createdBy": unique("maker", tenant.tenant_id) if own else None,
        "updatedBy": unique("maker", tenant.tenant_id) if own else None,
    }
    return authorization_row(
        tenant.tenant_id, f"/{PROVIDER}/RoleDefinitions/{guid}", _DEFINITION, properties
    )


def _with_lists(
    tenant: Tenant,
    who: Identity,
    held: tuple[Holding, ...],
    assignments: list[Row],
    definitions: list[Row],
) -> dict[str, Any]:
    """The lists of Resource Manager with the identity's assignments, roles and instances."""
    arm = dict(tenant.arm)
    for one in tenant.subscriptions:
        base = f"{one['id']}/{PROVIDER}".lower()
        mine = [row for row in assignments if row["subscriptionId"] in ("", one["subscriptionId"])]
        _extend(arm, f"{base}/roleassignments", (_arm(row, "roleAssignments") for row in mine))
        roles = (_arm(row, "roleDefinitions", str(one["id"])) for row in definitions)
        _extend(arm, f"{base}/roledefinitions", roles)
    for holding, row in zip(held, assignments, strict=True):
        path = f"{holding.scope}/{PROVIDER}/roleAssignmentScheduleInstances".lower()
        _extend(arm, path, [_instance(tenant, who, holding, row)])
    return arm


def _extend(arm: dict[str, Any], path: str, more: Any) -> None:
    listed = arm.get(path)
    if isinstance(listed, list):
        arm[path] = [*listed, *more]


def _arm(row: Row, collection: str, prefix: str = "") -> Row:
    path = str(row["id"]).rsplit("/", 2)[0]
    return {
        "properties": row["properties"],
        "id": f"{prefix}{path}/{collection}/{row['name']}",
        "type": f"Microsoft.Authorization/{collection}",
        "name": row["name"],
    }


def _instance(tenant: Tenant, who: Identity, one: Holding, row: Row) -> Row:
    name, made = unique("instance", str(row["id"])), ticks(made_on(tenant))
    group = "managementGroups" in one.scope
    definition = f"{one.scope}/{PROVIDER}/roleDefinitions/{one.role}"
    return {
        "properties": {
            "scope": one.scope,
            "roleDefinitionId": definition,
            "principalId": who.object_id,
            "principalType": "ServicePrincipal",
            "condition": None,
            "conditionVersion": None,
            "expandedProperties": {
                "scope": {
                    "id": one.scope,
                    "displayName": one.scope.rsplit("/", 1)[-1],
                    "type": "managementgroup" if group else "subscription",
                },
                "roleDefinition": {
                    "id": definition,
                    "displayName": f"{NAME} (narrowed)" if one.taken else "Reader",
                    "type": "CustomRole" if one.taken else "BuiltInRole",
                },
                "principal": {
                    "id": who.object_id,
                    "displayName": NAME,
                    "email": None,
                    "type": "ServicePrincipal",
                },
            },
            "originRoleAssignmentId": str(row["id"]).replace(
                "/RoleAssignments/", "/roleAssignments/"
            ),
            "assignmentType": "Assigned",
            "status": "Provisioned",
            "roleAssignmentScheduleId": f"{one.scope}/{PROVIDER}/RoleAssignmentSchedules/"
            f"{unique('schedule', name)}",
            "startDateTime": made,
            "endDateTime": None,
            "memberType": "Direct",
            "createdOn": made,
            "linkedRoleEligibilityScheduleId": None,
            "linkedRoleEligibilityScheduleInstanceId": None,
        },
        "name": name,
        "id": f"{one.scope}/{PROVIDER}/RoleAssignmentScheduleInstances/{name}",
        "type": "Microsoft.Authorization/roleAssignmentScheduleInstances",
    }


def _truth(assignments: list[Row], own: list[Row]) -> Iterator[Truth]:
    for row in assignments:
        for check in ("identity.principals.azure_holders_exist", _PERSONAL):
            yield Truth(subject=row["id"], check=check, expected="pass")
    for row in own:
        yield Truth(subject=row["id"], check=_WILDCARD, expected="pass")


_PERSONAL = "access.role_assignments.privileged_to_people"
_WILDCARD = "access.role_assignments.custom_role_wildcard"


def _subscription(one: Holding) -> str:
    here = arm_id(one.scope)
    return here.split("/")[2] if here.startswith("/subscriptions/") else ""
