"""What the collecting identity was allowed on one night, and what it lost or gained since. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collectors.kit import Item
from collectors.kit.access.roles import ROLES, role_name
from collectors.kit.missing.rights import rights_in

COLLECTOR = "access.collector_rights"
TENANT, GRAPH = "tenant", "Microsoft Graph"


@dataclass(frozen=True, order=True, slots=True)
class Right:
    """One thing that is allowed."""

    place: str
    """`/subscriptions/<id>` in lower case, `tenant` for roles, or `Microsoft Graph`."""
    what: str
    """An action, a role and where it is held, or a permission of Microsoft Graph."""


def rights_shown(
    items: Mapping[str, Iterable[Item]],
    hidden: frozenset[str],
    actions: Iterable[str],
    graph_permissions: Iterable[str] | None,
) -> dict[tuple[str, str], frozenset[Right]]:
    """Rights by (place, kind) as a record of `access.collector_rights` shows them.

    `hidden` are the reads that have a gap: nothing is said of those. `actions` are those asked
    for: of permissions, which are patterns, only what they allow of these counts. Of Microsoft
    Graph the token tells, which needs no right; None where it did not.
    """
    found: dict[tuple[str, str], frozenset[Right]] = {}
    wanted = tuple(actions)
    for item in items.get("permissions", ()):
        rights = rights_in(item["value"])
        if rights is not None:
            place = item.id.lower()
            allowed = (one for one in wanted if rights.may(one))
            found[place, "actions"] = frozenset(Right(place, one) for one in allowed)
    if "roles" in items and "roles" not in hidden:
        found[TENANT, "roles"] = frozenset(Right(TENANT, _role(one)) for one in items["roles"])
    if graph_permissions is not None:
        found[GRAPH, "grants"] = frozenset(Right(GRAPH, one) for one in graph_permissions)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class RightsChange:
    """What differs between two nights, of what is known of both."""

    lost: tuple[Right, ...]
    gained: tuple[Right, ...]


def rights_change(
    before: Mapping[tuple[str, str], frozenset[Right]],
    now: Mapping[tuple[str, str], frozenset[Right]],
) -> RightsChange:
    """Compare what both nights tell."""
    both = before.keys() & now.keys()
    lost = {right for key in both for right in before[key] - now[key]}
    gained = {right for key in both for right in now[key] - before[key]}
    return RightsChange(lost=tuple(sorted(lost)), gained=tuple(sorted(gained)))


def _role(assignment: Item) -> str:
    role = role_name(assignment["properties.roleDefinitionId"], ROLES)
    scope = assignment["properties.scope"]
    return f"{role} at {scope if isinstance(scope, str) else 'a scope that Azure did not name'}"
