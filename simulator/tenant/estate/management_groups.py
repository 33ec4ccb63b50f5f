"""Management groups of Northgate Health: the tenant's root, and two below it.

Shaped by the rows of Resource Graph's `resourcecontainers`:
https://learn.microsoft.com/azure/governance/management-groups/resource-graph-samples
"""

from typing import Any

from simulator.tenant.estate.estate import Estate, Subscription

CLINICS, LABS = "clinics", "labs"
NAMES = {CLINICS: "Clinics", LABS: "Laboratories"}
TYPE = "Microsoft.Management/managementGroups"


def scope(name: str) -> str:
    """ARM id of a management group."""
    return f"/providers/{TYPE}/{name}"


def scopes(estate: Estate) -> tuple[str, ...]:
    """Every management group, the root first."""
    return tuple(scope(name) for name in (estate.tenant_id, *NAMES))


def group_of(one: Subscription) -> str:
    """The management group that a subscription lies in."""
    return CLINICS if one.environment == "prod" else LABS


def chain(estate: Estate, one: Subscription | None) -> list[dict[str, str]]:
    """The groups above a subscription, the nearest first; above a group, the root alone."""
    root = {"displayName": "Tenant Root Group", "name": estate.tenant_id}
    if one is None:
        return [root]
    name = group_of(one)
    return [{"displayName": NAMES[name], "name": name}, root]


def rows(estate: Estate) -> tuple[dict[str, Any], ...]:
    """Every management group as Resource Graph shows it."""
    named = {estate.tenant_id: "Tenant Root Group", **NAMES}
    return tuple(_row(estate, name, title) for name, title in named.items())


def _row(estate: Estate, name: str, title: str) -> dict[str, Any]:
    root = name == estate.tenant_id
    above = [] if root else chain(estate, None)
    parent = None if root else {"displayName": "Tenant Root Group", "id": scope(estate.tenant_id)}
    return {
        "id": scope(name),
        "name": name,
        "type": TYPE.lower(),
        "tenantId": estate.tenant_id,
        "location": "",
        "resourceGroup": "",
        "subscriptionId": "",
        "managedBy": "",
        "properties": {
            "displayName": title,
            "tenantId": estate.tenant_id,
            "details": {
                "managementGroupAncestorsChain": above,
                "managementGroupAncestors": [one["name"] for one in above],
                "parent": parent,
                "version": 1,
            },
        },
        "tags": None,
    }
