"""Azure role assignments and role definitions.

Shaped by recorded answers (role definitions 2022-05-01-preview, assignments 2020-04-01-preview) and
the columns of Resource Graph's `authorizationresources`.
"""

from collections.abc import Iterator
from typing import Any

from simulator.tenant.access.custom_roles import WILDCARD, custom_roles
from simulator.tenant.access.grants import EXISTS, OWNERS, Held, crowded, hold
from simulator.tenant.access.roles import BUILT_IN, PROVIDER, Allowed
from simulator.tenant.estate.dates import ticks
from simulator.tenant.estate.dice import Ledger
from simulator.tenant.estate.estate import Estate, Fragment

CREATOR = "cloud-platform-pipeline"
PERSONAL = "access.role_assignments.privileged_to_people"


def generate(estate: Estate) -> Fragment:
    """Role assignments of every subscription, built-in definitions, and the company's own."""
    ledger = Ledger(estate.dice)
    full = crowded(estate)
    for one in estate.subscriptions:
        ledger.expect(OWNERS, one.id, "fail" if one.id in full else "pass")
    assignments = tuple(_assignments(estate, ledger))
    custom = tuple(_custom(estate, ledger))
    built_in = tuple(
        _definition(estate, guid, name, Allowed(actions))
        for guid, (name, actions) in BUILT_IN.items()
    )
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
    for one in hold(estate):
        ledger.expect(PERSONAL, one.grant.id, _personal(one))
        unknown = one.kind == "ForeignGroup" and not one.gone
        ledger.expect(
            EXISTS, one.grant.id, "unknown" if unknown else "fail" if one.gone else "pass"
        )
        yield _assignment(estate, one)


def _personal(one: Held) -> str:
    """Whether a person holds privilege for good, by what each kind of holder means."""
    if not one.grant.privileged or one.kind == "ServicePrincipal":
        return "pass"
    if one.people is None and not one.gone:
        return "unknown"  # a group of another tenant, a device: nobody can say who is behind it
    # privilege that waits for nobody is no better than a person's
    return "fail" if (one.people or one.gone) and one.how == "standing" else "pass"


def _assignment(estate: Estate, one: Held) -> dict[str, Any]:
    grant = one.grant
    creator = estate.dice.guid("principal", CREATOR)
    group = grant.scope.split("/")[4].lower() if "/resourceGroups/" in grant.scope else ""
    properties = {
        "roleDefinitionId": f"/{PROVIDER}/RoleDefinitions/{grant.role}",
        "principalId": one.principal,
        "principalType": one.kind,
        "scope": grant.scope,
        "createdOn": one.start,
        "createdBy": creator,
        "updatedOn": one.start,
        "updatedBy": creator,
        "condition": None,
        "conditionVersion": None,
        "description": None,
        "delegatedManagedIdentityResourceId": None,
    }
    kind = "microsoft.authorization/roleassignments"
    row = authorization_row(estate.tenant_id, grant.id, kind, properties)
    return row | {
        "resourceGroup": group,
        "subscriptionId": grant.subscription.id if grant.subscription else "",
    }


def _custom(estate: Estate, ledger: Ledger) -> Iterator[dict[str, Any]]:
    for one in custom_roles(estate):
        ledger.expect(WILDCARD, one.id, "fail" if one.wild else "pass")
        yield _definition(estate, one.guid, one.name, one.allowed, scope=one.scope)


def _definition(
    estate: Estate, guid: str, name: str, allowed: Allowed, *, scope: str = "/"
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
                "actions": list(allowed.actions),
                "notActions": list(allowed.taken),
                "dataActions": list(allowed.on_data),
                "notDataActions": [],
            }
        ],
        "createdOn": created,
        "updatedOn": created,
        "createdBy": estate.dice.guid("principal", CREATOR) if own else None,
        "updatedBy": estate.dice.guid("principal", CREATOR) if own else None,
    }
    identity = f"/{PROVIDER}/RoleDefinitions/{guid}"
    return authorization_row(
        estate.tenant_id, identity, "microsoft.authorization/roledefinitions", properties
    )


def authorization_row(
    tenant_id: str, identity: str, azure_type: str, properties: dict[str, Any]
) -> dict[str, Any]:
    """A row of the table `authorizationresources`."""
    return {
        "id": identity,
        "name": identity.rsplit("/", 1)[1],
        "type": azure_type,
        "tenantId": tenant_id,
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
