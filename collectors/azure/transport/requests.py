"""The requests that ask for a read: pure builders of queries, bodies and addresses."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from collectors.azure.clouds import Cloud
from collectors.azure.gateway import Ask
from collectors.kit import Arm, Graph, Read, ResourceGraph
from collectors.kit.errors import CatalogError

RESOURCE_GRAPH_VERSION = "2021-03-01"
GRAPH_VERSION = "v1.0"
LOGS_VERSION = "v1"
SELF = "{self}"
"""In a read: the object id of the collecting identity."""
NO_IDENTITY = "00000000-0000-0000-0000-000000000000"
"""Stands for an identity whose token does not name it: Azure finds nobody under it."""
ROWS_PER_PAGE = 1000
"""The most Resource Graph gives: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data."""

# ARM ids hold these as they are; anything else in a resource name is escaped.
_PATH_SAFE = "/()$&'+,;=:@~!*-._"
_QUERY_SAFE = "$(),'/:-._~*"


def graph_query(read: ResourceGraph) -> str:
    """KQL of a Resource Graph read: whole rows, ordered by id so that paging is stable."""
    parts = [read.table]
    if read.types:
        parts.append(f"where type in~ ({', '.join(_kql_string(t) for t in read.types)})")
    if read.among is not None:
        values = ", ".join(_kql_string(value) for value in read.among.values)
        parts.append(f"where {read.among.path} in~ ({values})")
    if read.project:
        parts.append(f"project {', '.join(read.project)}")
    parts.append("order by id asc")
    return " | ".join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Estate:
    """What Resource Graph is asked about: the whole tenant unless subscriptions are named."""

    tenant_id: str
    subscriptions: tuple[str, ...] = ()


def graph_query_body(
    read: ResourceGraph, estate: Estate, *, top: int, skip_token: str | None
) -> bytes:
    """Body of one Resource Graph page."""
    options: dict[str, str | int] = {"resultFormat": "objectArray", "$top": top}
    if skip_token is not None:
        options["$skipToken"] = skip_token
    if read.table.lower() == "authorizationresources":
        # What is given above a subscription, at its management groups or the root, rules it too.
        options["authorizationScopeFilter"] = "AtScopeAboveAndBelow"
    where = {"managementGroups": [estate.tenant_id]}
    if estate.subscriptions:
        where = {"subscriptions": list(estate.subscriptions)}
    body = {"query": graph_query(read), **where, "options": options}
    return json.dumps(body, separators=(",", ":")).encode()


def named_self(read: Read, identity: str) -> Read:
    """The read with `{self}` filled in; the same where it does not speak of the identity."""
    if isinstance(read, Graph) and SELF in read.path:
        return replace(read, path=read.path.replace(SELF, identity))
    if isinstance(read, ResourceGraph) and read.among is not None and SELF in read.among.values:
        values = tuple(identity if one == SELF else one for one in read.among.values)
        return replace(read, among=replace(read.among, values=values))
    return read


def resource_graph_url(cloud: Cloud) -> str:
    """Address of Resource Graph queries."""
    return (
        f"{cloud.resource_manager}/providers/Microsoft.ResourceGraph/resources"
        f"?api-version={RESOURCE_GRAPH_VERSION}"
    )


def arm_url(cloud: Cloud, ask: Ask, read: Arm) -> str:
    """Address of an ARM read with `{subscription}` and `{id}` filled in.

    Raises CatalogError when the path names something this ask does not have.
    """
    path = read.path
    if "{subscription}" in path:
        if ask.scope.subscription_id is None:
            raise CatalogError(f"Read '{ask.name}' needs a subscription and was asked tenant-wide.")
        path = path.replace("{subscription}", ask.scope.subscription_id)
    if "{id}" in path:
        if ask.parent is None:
            raise CatalogError(f"Read '{ask.name}' needs a parent resource and was asked without.")
        path = path.replace("{id}", ask.parent.id)
    pairs = (("api-version", read.api_version), *read.query)
    return f"{cloud.resource_manager}/{quote(path.lstrip('/'), safe=_PATH_SAFE)}?{_query(pairs)}"


def graph_url(cloud: Cloud, read: Graph) -> str:
    """Address of the first page of a Microsoft Graph collection."""
    pairs = [
        ("$select", ",".join(read.select)),
        ("$filter", read.filter),
        ("$expand", read.expand),
        ("$top", str(read.top) if read.top else None),
    ]
    query = _query(tuple((name, value) for name, value in pairs if value))
    path = quote(read.path.lstrip("/"), safe=_PATH_SAFE)
    return f"{cloud.graph}/{GRAPH_VERSION}/{path}" + (f"?{query}" if query else "")


def batch_url(cloud: Cloud) -> str:
    """Address of JSON batches."""
    return f"{cloud.graph}/{GRAPH_VERSION}/$batch"


def objects_url(cloud: Cloud) -> str:
    """Address of getByIds."""
    return f"{cloud.graph}/{GRAPH_VERSION}/directoryObjects/getByIds"


def objects_body(ids: Sequence[str]) -> bytes:
    """Asks for many objects of any type by their ids."""
    return json.dumps({"ids": list(ids)}, separators=(",", ":")).encode()


def batch_body(path: str, ids: Sequence[str]) -> bytes:
    """Asks for `path` of each id; each request bears the id that it is about."""
    asked = [
        {"id": one, "method": "GET", "url": path.replace("{id}", quote(one, safe=""))}
        for one in ids
    ]
    return json.dumps({"requests": asked}, separators=(",", ":")).encode()


def _query(pairs: tuple[tuple[str, str], ...]) -> str:
    return urlencode(pairs, safe=_QUERY_SAFE, quote_via=quote)


def _kql_string(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
