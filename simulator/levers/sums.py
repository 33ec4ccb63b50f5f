"""Answers about whole sets, worked out again after something went from a tenant."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from simulator.levers.document import arm_id, inside
from simulator.levers.rights import matches
from simulator.tenant.grants import OWNERS
from simulator.tenant.management_groups import scope as group_scope
from simulator.tenant.model import Tenant, Truth
from simulator.tenant.policy_states import EVALUATED
from simulator.tenant.roles import OWNER

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
    if one.check == EVALUATED:
        broken = any(_is_broken(tenant, state) for state in states_of(tenant, one.subject))
        return replace(one, expected="fail" if broken else "pass")
    return one


def is_asked(tenant: Tenant, one: Truth) -> bool:
    """Whether there is anything left that the check is asked of."""
    return one.check != EVALUATED or bool(states_of(tenant, one.subject))


def states_of(tenant: Tenant, assignment: str) -> list[dict[str, Any]]:
    """Rows of Azure Policy's states under an assignment."""
    return [
        row
        for row in tenant.tables.get("policyresources", ())
        if row["properties"].get("policyAssignmentId") == assignment
    ]


def _is_broken(tenant: Tenant, state: dict[str, Any]) -> bool:
    properties = state["properties"]
    old = datetime.fromisoformat(properties["timestamp"][:19] + "+00:00")
    long_ago = tenant.as_of - old > timedelta(days=3)
    return properties["complianceState"] in ("Conflict", "Error") or long_ago


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
