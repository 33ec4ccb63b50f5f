"""Deletes for real: what is deleted is gone from every route at once.

Role assignments and locks at a deleted resource go with it, and so do its children; Azure keeps
diagnostic settings of a deleted resource until one of the same name is made, and shows them to
nobody meanwhile. https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings
Resource Graph may name what was deleted for some minutes longer (`lag`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from simulator.levers.document import LeverError, arm_id, inside, read, scope_of
from simulator.tenant.model import Tenant

Row: TypeAlias = dict[str, Any]
_KEYS = {
    "id": str,
    "ids": list,
    "type": str,
    "group": str,
    "subscription": str,
    "graph": str,
    "lag": bool,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletion:
    """Things that go. `lag`: Resource Graph still names them."""

    ids: tuple[str, ...] = ()
    """Lower-case ARM ids; what lies below goes too."""
    type: str | None = None
    """Lower-case type whose resources go, inside `scope`."""
    scope: str = ""
    objects: tuple[str, ...] = ()
    """Lower-case ids of objects of Microsoft Graph."""
    lag: bool = False


def parse_deletion(document: Any) -> Deletion:
    """A deletion from JSON. Raises LeverError.

    One of `id`, `ids`, `type` (alone or with `group` or `subscription`), `group`, `subscription`
    (a GUID) and `graph` (`/applications/<id>`, or the id alone), and `lag`.
    """
    told = read(document, _KEYS)
    lag = bool(told.get("lag", False))
    if "graph" in told:
        return Deletion(objects=(told["graph"].lower().rpartition("/")[2],))
    if "id" in told or "ids" in told:
        named = [*told.get("ids", ()), *([told["id"]] if "id" in told else ())]
        return Deletion(ids=tuple(arm_id(str(one)) for one in named), lag=lag)
    scope = scope_of({key: told[key] for key in ("group", "subscription") if key in told})
    if "type" in told:
        return Deletion(type=told["type"].lower().strip("/"), scope=scope, lag=lag)
    if not scope:
        raise LeverError(f"a deletion names what goes: one of {sorted(set(_KEYS) - {'lag'})}")
    return Deletion(ids=(scope,), lag=lag)


class Gone:
    """What deletions take from one tenant, by id."""

    def __init__(self, tenant: Tenant, deletions: Iterable[Deletion]) -> None:
        every = tuple(deletions)
        self.objects = {one for each in every for one in each.objects}
        self.ids = {one for each in every for one in each.ids}
        self._scopes: dict[str, list[str]] = {}
        for each in every:
            if each.type is not None:
                self._scopes.setdefault(each.type, []).append(each.scope)
        self.ids |= {arm_id(row["id"]) for row in _named(tenant) if self._of_type(row)}

    def holds(self, name: str) -> bool:
        """Whether an id, or anything above it, was deleted."""
        here = name.lower()
        if here in self.objects:
            return True
        here = arm_id(here)
        while here:
            if here in self.ids:
                return True
            here = here.rpartition("/")[0]
        return False

    def takes(self, element: Mapping[str, Any]) -> bool:
        """Whether an element of any list goes: itself, what it is on, or what it came from."""
        properties = element.get("properties")
        more = properties if isinstance(properties, Mapping) else {}
        names = (element.get("id"), more.get("scope"), more.get("originRoleAssignmentId"))
        return any(isinstance(name, str) and self.holds(name) for name in names)

    def _of_type(self, row: Row) -> bool:
        here = arm_id(row["id"])
        return any(inside(here, scope) for scope in self._scopes.get(str(row["type"]).lower(), ()))


def without(tenant: Tenant, deletions: Iterable[Deletion]) -> Tenant:
    """The tenant when those things are gone; what is expected of them goes too."""
    every = tuple(deletions)
    if not every:
        return tenant
    gone = Gone(tenant, every)
    taken = {arm_id(str(one.get("id", ""))) for one in _elements(tenant) if gone.takes(one)}
    workspaces = _workspaces(tenant, gone)
    return replace(
        tenant,
        subscriptions=tuple(one for one in tenant.subscriptions if not gone.takes(one)),
        tables={name: _kept(rows, gone) for name, rows in tenant.tables.items()},
        arm={
            path: _kept(found, gone) if isinstance(found, list) else found
            for path, found in tenant.arm.items()
            if not gone.holds(path)
        },
        graph={
            path: _kept(found, gone) if isinstance(found, list) else found
            for path, found in tenant.graph.items()
            if not any(part in gone.objects for part in path.split("/"))
        },
        logs={name: tables for name, tables in tenant.logs.items() if name not in workspaces},
        vaults={
            name: held
            for name, held in tenant.vaults.items()
            if not any(one.endswith(f"/vaults/{name.lower()}") for one in taken)
        },
        truth=tuple(
            one
            for one in tenant.truth
            if not gone.holds(one.subject)
            and arm_id(one.subject) not in taken
            and not gone.holds(f"/subscriptions/{one.subject}")
        ),
    )


def lagging(tenant: Tenant, deleted: Tenant, deletions: Iterable[Deletion]) -> dict[str, list[Row]]:
    """Tables as Resource Graph still shows them: without what was deleted before it lags."""
    every = tuple(deletions)
    if not any(one.lag for one in every):
        return deleted.tables
    return without(tenant, (one for one in every if not one.lag)).tables


def _kept(rows: list[Row], gone: Gone) -> list[Row]:
    return [row for row in rows if not gone.takes(row)]


def _named(tenant: Tenant) -> Iterable[Row]:
    """Everything that has a type and an id."""
    return (one for one in _elements(tenant) if isinstance(one.get("type"), str) and "id" in one)


def _elements(tenant: Tenant) -> Iterable[Row]:
    for rows in tenant.tables.values():
        yield from rows
    for found in (*tenant.arm.values(), *tenant.graph.values()):
        if isinstance(found, list):
            yield from found


def _workspaces(tenant: Tenant, gone: Gone) -> set[str]:
    return {
        str((row.get("properties") or {}).get("customerId"))
        for row in tenant.tables.get("resources", ())
        if gone.takes(row)
    }
