"""What can be asked of Azure: the kinds of reads, as frozen descriptions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collectors.kit.spec import Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Among:
    """Rows of which a property is one of these texts, in any case.

    A catalogue file leaves `values` to the registry where they follow from all other files
    (`collectors.kit.policies`).
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
