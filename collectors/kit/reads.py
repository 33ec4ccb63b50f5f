"""What can be asked of Azure: the kinds of reads, as frozen descriptions.

`rows`, `child`, `in_groups` and `in_subscription` write the usual ones from an ARM type, spelled as
Microsoft does: table, path and permission follow from it. What is unusual is written out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeAlias

from collectors.kit.errors import CatalogError
from collectors.kit.item import Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Among:
    """Rows of which a property is one of these texts, in any case.

    A catalogue file leaves `values` to the registry where they follow from all other files
    (`collectors.kit.catalogue.policies`).
    """

    path: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceGraph:
    """Rows of a Resource Graph table, tenant-wide, 1,000 a page.

    The query is `<table> [| where type in~ (…)] [| where <path> in~ (…)] [| project …] | order by
    id asc`. Items are rows; a projected column may be computed (`state=properties.state`).
    A value `{self}` of `among` is the object id of the collecting identity.
    """

    table: str
    types: tuple[str, ...] = ()
    among: Among | None = None
    project: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    never_empty: bool = field(default=False, compare=False)
    """Azure has such a list always: an empty one was not really told, and is a gap."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """A list or object of Azure Resource Manager that Resource Graph does not hold.

    per="tenant" or "subscription": items are the elements of `value`; `{subscription}` in `path`
    is filled in. per="resource": one request for each item of the sibling read `of` whose type is
    in `types` and for which `where` holds; `{id}` in `path` is its id. The item then is the body
    (id of the parent, `parent` set); with each=True every element of `value` is an item instead.
    per="management_group": the same for items that lie in no subscription, asked once a night.
    """

    path: str
    api_version: str
    per: Literal["tenant", "management_group", "subscription", "resource"]
    of: str | None = None
    types: tuple[str, ...] = ()
    where: "Callable[[Item], bool] | None" = None
    """Narrows the parents by facts whose absence is impossible (type, kind, id, sku)."""
    has: "Callable[[Item], bool] | None" = field(default=None, compare=False)
    """Parents that have it by documentation: where Azure says that such a one cannot, two sources
    contradict each other, and that is a gap and not an outcome."""
    each: bool = False
    query: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    never_empty: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """A Microsoft Graph v1.0 collection, tenant-wide. `needs` are application permissions.

    `{self}` in `path` is the object id of the collecting identity.
    """

    path: str
    select: tuple[str, ...] = ()
    filter: str | None = None
    expand: str | None = None
    top: int | None = None
    needs: tuple[str, ...] = ()
    never_empty: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphBatch:
    """Objects of Microsoft Graph asked for by their ids, many in one request, tenant-wide.

    `ids` names them, a pure function of the items of the reads `of`, which stand before this one.
    Without `path` each item is the object of an id (getByIds, 1,000 ids a request). With `path`,
    which holds `{id}`, each item is `{"value": […]}`, the list at that path (JSON batching, 20
    requests a POST, pages followed). An id that does not exist has no item; one that was not
    answered is a gap of that id. `needs` are application permissions.

    https://learn.microsoft.com/graph/api/directoryobject-getbyids
    https://learn.microsoft.com/graph/json-batching
    """

    of: tuple[str, ...]
    ids: "Callable[[Mapping[str, tuple[Item, ...]]], Iterable[str]]"
    path: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Logs:
    """A Log Analytics query, asked of each workspace that the sibling read `of` lists.

    The item is `{"rows": [{column: value}, …]}` with the workspace as `parent`.
    """

    kql: str
    timespan: timedelta
    of: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceList:
    """The second route: every resource of a subscription by azure-mgmt-resource, for counting."""

    needs: tuple[str, ...] = ("*/read",)


Read: TypeAlias = ResourceGraph | Arm | Graph | GraphBatch | Logs | ResourceList


_TABLES = {
    "microsoft.authorization": "authorizationresources",
    "microsoft.management": "resourcecontainers",
    "microsoft.resources": "resourcecontainers",
}
"""Tables of Resource Graph by the provider whose types they hold; the others are in `resources`.

https://learn.microsoft.com/azure/governance/resource-graph/reference/supported-tables-resources
"""


def rows(*azure_types: str, never_empty: bool = False) -> ResourceGraph:
    """Every resource of these types, tenant-wide: `rows("Microsoft.KeyVault/vaults")`.

    Raises CatalogError for what is no type, and for types of different tables.
    """
    tables = {_TABLES.get(_parts(one)[0].lower(), "resources") for one in azure_types}
    if len(tables) != 1:
        raise CatalogError(f"{', '.join(azure_types)} stand in {len(tables)} tables, not in one")
    return ResourceGraph(
        table=tables.pop(),
        types=tuple(one.lower() for one in azure_types),
        needs=tuple(f"{one}/read" for one in azure_types),
        never_empty=never_empty,
    )


def child(
    of: str,
    azure_type: str,
    api_version: str,
    *,
    name: str = "",
    each: bool = False,
    where: "Callable[[Item], bool] | None" = None,
    has: "Callable[[Item], bool] | None" = None,
    never_empty: bool = False,
) -> Arm:
    """What each item of the sibling read `of` has below it, or beside it by another provider.

    `Microsoft.KeyVault/vaults/keys` lies at `{id}/keys` of vaults, `Microsoft.Insights/…` at
    `{id}/providers/Microsoft.Insights/…` of anything. With a `name` it is that one object.
    """
    provider, *types = _parts(azure_type)
    parent = "/".join((provider, *types[:-1])).lower() if types[1:] else None
    below = types[-1] if parent else f"providers/{azure_type}"
    return Arm(
        path="/".join(filter(None, ("{id}", below, name))),
        api_version=api_version,
        per="resource",
        of=of,
        types=() if parent is None else (parent,),
        where=where,
        has=has,
        each=each,
        needs=(f"{azure_type}/read",),
        never_empty=never_empty,
    )


MANAGEMENT_GROUP = "microsoft.management/managementgroups"


def in_groups(of: str, azure_type: str, api_version: str, *, never_empty: bool = False) -> Arm:
    """The elements of a list that each management group of the sibling read `of` has."""
    return Arm(
        path=f"{{id}}/providers/{azure_type}",
        api_version=api_version,
        per="management_group",
        of=of,
        types=(MANAGEMENT_GROUP,),
        each=True,
        needs=(f"{azure_type}/read",),
        never_empty=never_empty,
    )


def in_subscription(azure_type: str, api_version: str, *, never_empty: bool = False) -> Arm:
    """The elements of a list that each subscription has."""
    return Arm(
        path=f"/subscriptions/{{subscription}}/providers/{azure_type}",
        api_version=api_version,
        per="subscription",
        needs=(f"{azure_type}/read",),
        never_empty=never_empty,
    )


def _parts(azure_type: str) -> list[str]:
    """Provider and types. Raises CatalogError where the text is no type."""
    parts = azure_type.split("/")
    if len(parts) < 2 or "." not in parts[0] or not all(parts):
        raise CatalogError(f"{azure_type!r} is no Azure type such as 'Microsoft.KeyVault/vaults'")
    return parts
