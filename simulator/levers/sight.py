"""A tenant as the collecting identity sees it: lists leave out in silence what it may not read.

Resource Graph and the lists of Azure Resource Manager show what the caller may read and say nothing
of the rest. https://learn.microsoft.com/azure/governance/resource-graph/overview
"""

from dataclasses import replace
from typing import Any, TypeAlias

from simulator.arm_path import parse
from simulator.levers.rights import Rights
from simulator.tenant.model import Tenant
from simulator.tenant.posture.policy_states import STATES

Row: TypeAlias = dict[str, Any]


def seen(tenant: Tenant, rights: Rights) -> Tenant:
    """The tenant without the rows that these rights do not show. Its truth is left alone."""
    if not any(one.action for one in rights.withdrawn):
        return tenant
    return replace(
        tenant,
        subscriptions=tuple(one for one in tenant.subscriptions if shows(one, rights)),
        tables=seen_tables(tenant.tables, rights),
        arm={
            path: [one for one in found if shows(one, rights)] if isinstance(found, list) else found
            for path, found in tenant.arm.items()
        },
    )


def seen_tables(tables: dict[str, list[Row]], rights: Rights) -> dict[str, list[Row]]:
    """The tables of Resource Graph, row by row."""
    return {name: [row for row in rows if shows(row, rights)] for name, rows in tables.items()}


def shows(row: Row, rights: Rights) -> bool:
    """Whether a list shows this element of it."""
    name = str(row.get("id") or "")
    if not name.startswith("/"):
        name = f"/{name}"
    return rights.allows(action_of(row, name), scope_of(row, name))


def scope_of(row: Row, name: str) -> str:
    """Where an element must be readable: an assignment where it was made, others where they lie.

    A role is read where it can be given.
    """
    if "microsoft.authorization/" not in name.lower():
        return name
    properties = row.get("properties") or {}
    scopes = properties.get("assignableScopes") or [properties.get("scope", name)]
    return str(scopes[0])


def action_of(row: Row, name: str) -> str:
    """The action that reads an element; subscriptions and those without a type tell by their id."""
    kind = row.get("type")
    if kind == STATES:
        return "Microsoft.PolicyInsights/policyStates/queryResults/read"
    if isinstance(kind, str) and "/" in kind:
        return f"{kind}/read"
    path = parse(name.lower())
    if path.namespace is None:
        return "Microsoft.Resources/subscriptions/read"
    return f"{path.type}/read"
