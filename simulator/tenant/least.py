"""The least requests anybody needs to learn every fact of the catalogue about a tenant."""

from collections.abc import Iterable, Iterator, Sized
from math import ceil
from typing import Any

from simulator.tenant.inventory.resources import is_shell
from simulator.tenant.kit.registry import all_types
from simulator.tenant.kit.resource_type import ResourceType
from simulator.tenant.model import Tenant
from simulator.tenant.posture.policy_states import STATES

GRAPH_PAGES = {"/applications": 999, "/serviceprincipals": 999}
"""Largest $top of a Microsoft Graph list, where it is not 100.

https://learn.microsoft.com/graph/api/application-list
"""
IDS, BATCH, MEMBERS = 1000, 20, 999
"""Ids in one getByIds, requests in one batch, members on one page."""
GRAPH_LISTS = (
    "/applications",
    "/serviceprincipals",
    "/identity/conditionalaccess/policies",
    "/rolemanagement/directory/roledefinitions",
    "/rolemanagement/directory/roleeligibilityscheduleinstances",
    "/rolemanagement/directory/roleassignmentscheduleinstances",
    "/policies/rolemanagementpolicyassignments",
)
WORKSPACES = "microsoft.operationalinsights/workspaces"
SERVERS, DATABASES = "microsoft.sql/servers", "microsoft.sql/servers/databases"
AUTHORIZATION_TYPES = (
    "microsoft.authorization/roleassignments",
    "microsoft.authorization/roledefinitions",
)
PIM_LISTS = (
    "roleeligibilityscheduleinstances",
    "roleassignmentscheduleinstances",
    "rolemanagementpolicyassignments",
)


GROUP = "microsoft.management/managementgroups"
CONTAINERS = (GROUP, "microsoft.resources/subscriptions")
"""The tree above the resources; of a management group the activations and policies are asked."""
DIRECTORY_LISTS = (
    "/rolemanagement/directory/roleeligibilityscheduleinstances",
    "/rolemanagement/directory/roleassignmentscheduleinstances",
)


def least_requests(tenant: Tenant) -> dict[str, int]:
    """Requests by purpose, and their `total`, from the tenant alone.

    Lists cost a request for each 1,000 elements (and one when empty); facts that Resource Graph
    does not hold cost one for each parent; sign-in costs one token for each audience (a client that
    knows its authority needs no discovery).
    """
    amount = _amounts(tenant.tables["resources"])
    roles = _amounts(tenant.tables["authorizationresources"])
    containers = [
        row for row in tenant.tables.get("resourcecontainers", ()) if row["type"] in CONTAINERS
    ]
    scopes = [one["subscriptionId"].lower() for one in tenant.subscriptions if not is_shell(one)]
    workspaces = amount.get(WORKSPACES, 0)
    audiences = 3 if workspaces else 2
    parts = {
        "tokens": audiences,
        "subscriptions": _pages(len(scopes)),
        "resource_graph": _pages(sum(amount.values()))
        + sum(_pages(amount.get(one.row_type, 0)) for one in all_types() if one.asked_for)
        + sum(_pages(roles.get(kind, 0)) for kind in AUTHORIZATION_TYPES)
        + _pages(len(containers)),
        "policy_states": _pages(_policy_states(tenant)),
        "resource_lists": sum(
            _pages(_length(tenant.arm, f"/subscriptions/{one}/resources")) for one in scopes
        ),
        "pim_azure": sum(
            _pages(
                _length(
                    tenant.arm, f"/subscriptions/{one}/providers/microsoft.authorization/{kind}"
                )
            )
            for one in scopes
            for kind in PIM_LISTS
        ),
        "graph": sum(
            _pages(_length(tenant.graph, path), GRAPH_PAGES.get(path, 100)) for path in GRAPH_LISTS
        ),
        "management_groups": 2 * sum(row["type"] == GROUP for row in containers),
        "holders": _holders(tenant),
        **_children(tenant),
        "master_settings": _unlisted_masters(tenant),
        "diagnostic_settings": _settings(tenant),
        "log_queries": workspaces,
    }
    return parts | {"total": sum(parts.values())}


def _children(tenant: Tenant) -> dict[str, int]:
    """Facts below resources that Resource Graph does not hold, by purpose."""
    counted: dict[str, int] = {}
    for kind, rows in _rows(tenant):
        for child in kind.children:
            if child.purpose:
                needed = sum(child.needed(row) for row in rows)
                counted[child.purpose] = counted.get(child.purpose, 0) + needed
    return counted


def _settings(tenant: Tenant) -> int:
    """Lists of diagnostic settings: of each resource that can log, and of each part of it."""
    return sum(
        1 + (len(kind.logged_parts(row)) if kind.logged_parts is not None else 0)
        for kind, rows in _rows(tenant)
        if kind.logs is not None
        for row in rows
    )


def _rows(tenant: Tenant) -> Iterator[tuple[ResourceType, list[dict[str, Any]]]]:
    """Every type with the rows of it."""
    by_type: dict[str, list[dict[str, Any]]] = {}
    for row in tenant.tables["resources"]:
        by_type.setdefault(row["type"], []).append(row)
    for kind in all_types():
        yield kind, by_type.get(kind.row_type, [])


def _policy_states(tenant: Tenant) -> int:
    return sum(row["type"] == STATES for row in tenant.tables.get("policyresources", ()))


def _masters(tenant: Tenant) -> set[str]:
    """Servers whose `master` is listed: it has no encryption, and its settings are counted."""
    ids = (row["id"].lower() for row in tenant.tables["resources"] if row["type"] == DATABASES)
    return {one.rpartition("/databases/")[0] for one in ids if one.endswith("/databases/master")}


def _unlisted_masters(tenant: Tenant) -> int:
    servers = {row["id"].lower() for row in tenant.tables["resources"] if row["type"] == SERVERS}
    return len(servers - _masters(tenant))


def _holders(tenant: Tenant) -> int:
    """Names in getByIds, who is missing there one by one in batches, members of groups likewise."""
    given = [row["properties"] for row in tenant.tables["authorizationresources"]]
    given = [one for one in given if "principalId" in one]
    listed = [one for path in DIRECTORY_LISTS for one in tenant.graph.get(path, ())]
    named = {one["principalId"] for one in (*given, *listed) if isinstance(one, dict)}
    known = {
        one["id"] for one in tenant.graph.get("/directoryobjects", ()) if isinstance(one, dict)
    }
    groups = {one["principalId"] for one in given if one["principalType"] == "Group"} & known
    further = sum(
        _pages(_length(tenant.graph, f"/groups/{one}/transitivemembers"), MEMBERS) - 1
        for one in groups
    )
    missing = len(named - known)
    return ceil(len(named) / IDS) + ceil(missing / BATCH) + ceil(len(groups) / BATCH) + further


def _amounts(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    amounts: dict[str, int] = {}
    for row in rows:
        amounts[row["type"]] = amounts.get(row["type"], 0) + 1
    return amounts


def _pages(elements: int, size: int = 1000) -> int:
    return max(1, ceil(elements / size))


def _length(lists: dict[str, Any], path: str) -> int:
    listed: Sized = lists.get(path, [])
    return len(listed)
