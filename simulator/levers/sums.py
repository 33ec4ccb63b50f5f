"""Answers about whole sets, worked out again after something went from a tenant."""

from dataclasses import replace
from typing import Any

from simulator.levers.document import arm_id, inside
from simulator.levers.rights import matches
from simulator.tenant.access.grants import OWNERS
from simulator.tenant.access.roles import OWNER
from simulator.tenant.estate.management_groups import scope as group_scope
from simulator.tenant.model import Tenant, Truth

COMPLETE = "inventory.resources.complete"
MOST_OWNERS = 3
_GIVES = "Microsoft.Authorization/roleAssignments/write"


def summed(tenant: Tenant, one: Truth) -> Truth:
    """Sums over a subscription, done again after something went."""
    if one.check == COMPLETE:
        return replace(one, expected="pass" if _routes_agree(tenant, one.subject) else "fail")
    if one.check == OWNERS:
        many = len(_owners(tenant, one.subject)) > MOST_OWNERS
        return replace(one, expected="fail" if many else "pass")
    return one


def _routes_agree(tenant: Tenant, subscription: str) -> bool:
    listed = tenant.arm.get(f"/subscriptions/{subscription}/resources".lower(), [])
    first = {
        arm_id(row["id"])
        for row in tenant.tables["resources"]
        if row["subscriptionId"] == subscription
    }
    return first == {arm_id(one["id"]) for one in listed if isinstance(one, dict)}


def _owners(tenant: Tenant, subscription: str) -> set[str]:
    """Who owns a subscription: there, at its management groups, or at the root."""
    rows = tenant.tables["authorizationresources"]
    owning = {str(row["name"]).lower() for row in rows if _gives_roles(row)} | {OWNER}
    above = _above(tenant, subscription)
    return {
        row["properties"]["principalId"]
        for row in rows
        if "principalId" in row["properties"]
        and arm_id(row["properties"]["scope"]) in above
        and str(row["properties"]["roleDefinitionId"]).rsplit("/", 1)[-1].lower() in owning
    }


def _above(tenant: Tenant, subscription: str) -> set[str]:
    container = next(
        row
        for row in tenant.tables["resourcecontainers"]
        if inside(arm_id(row["id"]), arm_id(f"subscriptions/{subscription}"))
    )
    chain = container["properties"].get("managementGroupAncestorsChain", [])
    groups = {arm_id(group_scope(one["name"])) for one in chain}
    return {"", arm_id(f"subscriptions/{subscription}"), *groups}


def _gives_roles(row: dict[str, Any]) -> bool:
    """Whether a role lets its holder give roles away."""
    if row["properties"].get("type") != "CustomRole":
        return False
    return any(
        any(matches(action, _GIVES) for action in one["actions"])
        and not any(matches(action, _GIVES) for action in one["notActions"])
        for one in row["properties"]["permissions"]
    )
