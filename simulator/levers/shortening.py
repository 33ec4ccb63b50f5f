"""Lists that Azure leaves rows out of, with a status of 200 and a total that agrees."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal, TypeAlias, get_args

from simulator.levers.document import LeverError, read

Route = Literal["resource_graph", "arm", "graph"]
Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortening:
    """One route that leaves rows out. What is left out is answered when asked for by itself."""

    route: Route
    path: str | None = None
    """Regular expression over the lower-case path of an ARM or Graph list; None: any list."""
    type: str | None = None
    """Lower-case type of the rows that go missing; None: any."""
    match: str | None = None
    """Regular expression over the row's id; None: any."""
    share: float = 1.0
    """Which part of those rows is missing: the same ones each time."""
    kind: str | None = None
    """`properties.type` of a role definition (`BuiltInRole`); None: any."""

    def cut(self, route: Route, path: str, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows that this route still shows at a path."""
        if route != self.route or (self.path is not None and not re.search(self.path, path)):
            return rows
        return [row for row in rows if not self._drops(row)]

    def _drops(self, row: Row) -> bool:
        name = str(row.get("id") or row.get("subscriptionId") or "").lower()
        if self.type is not None and str(row.get("type", "")).lower() != self.type:
            return False
        if self.match is not None and not re.search(self.match, name, re.IGNORECASE):
            return False
        if self.kind is not None and (row.get("properties") or {}).get("type") != self.kind:
            return False
        drawn = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
        return drawn / 2**64 < self.share


NEVER_EMPTY = {
    "role_management_policies": (
        Shortening(route="arm", path=r"/rolemanagementpolicyassignments$"),
        Shortening(route="graph", path=r"/rolemanagementpolicyassignments$"),
    ),
    "workspace_tables": (Shortening(route="arm", path=r"/workspaces/[^/]+/tables$"),),
    "subscriptions": (Shortening(route="arm", path=r"^/subscriptions$"),),
    "built_in_roles": (
        Shortening(route="resource_graph", kind="BuiltInRole"),
        Shortening(route="arm", path=r"/roledefinitions$", kind="BuiltInRole"),
    ),
    "directory_roles": (
        Shortening(route="graph", path=r"/rolemanagement/directory/roledefinitions$"),
    ),
}
"""Lists that are never empty in Azure, by the name with which `empty` asks for them."""

_KEYS = {"empty": str, "route": str, "path": str, "type": str, "match": str, "share": float | int}


def parse_shortening(document: Any) -> tuple[Shortening, ...]:
    """Shortenings from JSON: {"empty": NAME} or a route and what of it. Raises LeverError."""
    told = read(document, _KEYS)  # type: ignore[arg-type]  # a union of types is one to isinstance
    if "empty" in told:
        if told["empty"] not in NEVER_EMPTY or len(told) > 1:
            raise LeverError(f"`empty` stands alone and is one of {sorted(NEVER_EMPTY)}")
        return NEVER_EMPTY[told["empty"]]
    if told.get("route") not in get_args(Route):
        raise LeverError(f"`route` is one of {list(get_args(Route))}")
    share = told.get("share", 1.0)
    if isinstance(share, bool) or not 0 < share <= 1:
        raise LeverError("`share` is a part of the rows: more than 0, at most 1")
    for key in ("path", "match"):
        try:
            re.compile(told.get(key, ""))
        except re.error as error:
            raise LeverError(f"{told[key]!r} is not a regular expression: {error}") from error
    kind = told.get("type")
    return (
        Shortening(
            route=told["route"],
            path=told.get("path"),
            type=None if kind is None else kind.lower(),
            match=told.get("match"),
            share=float(share),
        ),
    )
