"""The tenant as ARM shows it: what the generator says of a path, and what follows from its rows."""

from typing import Any, TypeAlias

from simulator.arm_path import ArmPath
from simulator.tenant.inventory.resources import is_shell
from simulator.tenant.model import Tenant
from simulator.tenant.posture.policy_states import STATES

Row: TypeAlias = dict[str, Any]

_GROUP_TYPE = "microsoft.resources/subscriptions/resourcegroups"
_SCOPED = ("microsoft.authorization/roleassignments", "microsoft.authorization/roledefinitions")
_GRAPH_ONLY = {"subscriptionId", "resourceGroup", "tenantId", "apiVersion"}
_LISTED = (
    "id",
    "name",
    "type",
    "kind",
    "managedBy",
    "location",
    "identity",
    "sku",
    "plan",
    "zones",
    "tags",
)


class ArmIndex:
    """Finds lists and objects by ARM path. A path in `tenant.arm` wins over what rows imply."""

    def __init__(self, tenant: Tenant) -> None:
        self._given = tenant.arm
        self.subscriptions: dict[str, Row] = {
            str(each["subscriptionId"]).lower(): each for each in tenant.subscriptions
        }
        self.shells = frozenset(name for name, each in self.subscriptions.items() if is_shell(each))
        """Subscriptions that cannot hold resources."""
        self._by_id: dict[str, Row] = {}
        self._by_type: dict[str, list[Row]] = {}
        for table in tenant.tables.values():
            for row in table:
                if row.get("type") == STATES:
                    continue  # nothing of Resource Manager's: no operation reads one by itself
                self._by_id[str(row["id"]).lower()] = row
                self._by_type.setdefault(str(row.get("type", "")).lower(), []).append(row)
        self._resources = tenant.tables.get("resources", [])
        self._elements = {
            f"/{str(each.get('id', '')).lower().strip('/')}": each
            for found in tenant.arm.values()
            if isinstance(found, list)
            for each in found
        }

    def exists(self, path: str) -> bool:
        """True when the tenant holds a resource, group or subscription of this id."""
        return path in self._by_id or path.removeprefix("/subscriptions/") in self.subscriptions

    def has_type(self, name: str) -> bool:
        """True when a row of this type exists anywhere in the tenant."""
        return name in self._by_type

    def find(self, path: ArmPath) -> list[Row] | Row | None:
        """The list or object at a path; None when the tenant says nothing of it."""
        given = self._given.get(path.whole)
        if given is not None:
            return given
        if path.namespace is None:
            return self._core(path)
        if not path.collection:
            return self._alone(path)
        if path.type in _SCOPED:
            return [as_arm(row) for row in self._scoped(path)]
        if not self.has_type(path.type):
            return None
        inside = f"{path.whole if path.names else path.scope}/"
        return [
            as_arm(row)
            for row in self._by_type[path.type]
            if str(row["id"]).lower().startswith(inside)
        ]

    def _alone(self, path: ArmPath) -> Row | None:
        """One object: as the lists of Resource Graph or those of Resource Manager name it."""
        row = self._by_id.get(path.whole)
        if row is not None:
            return as_arm(row)
        element = self._elements.get(path.whole)
        if element is not None:
            return element
        # The list writes the type of a policy's id in the singular; its address has the plural.
        singular = path.whole.replace("policyassignments/", "policyassignment/")
        return self._elements.get(singular)

    def _core(self, path: ArmPath) -> list[Row] | Row | None:
        if path.whole == "/subscriptions":
            return list(self.subscriptions.values())
        if path.type == "subscriptions":
            return self.subscriptions.get(path.subscription or "")
        if path.type == "resources":
            return [as_listed(row) for row in self._resources if _within(row, path)]
        if path.type == "resourcegroups" and path.collection:
            return [as_arm(row) for row in self._by_type.get(_GROUP_TYPE, []) if _within(row, path)]
        row = self._by_id.get(path.whole)
        return None if row is None else as_arm(row)

    def _scoped(self, path: ArmPath) -> list[Row]:
        """Assignments or definitions at, above and below a scope, as ARM lists them."""
        inherited = [path.scope.rsplit("/", cut)[0] for cut in range(path.scope.count("/") + 1)]
        found = []
        for row in self._by_type.get(path.type, []):
            scopes = [scope.lower().rstrip("/") for scope in _scopes_of(row)]
            if any(
                not scope
                or scope in inherited
                or scope.startswith(("/providers/", f"{path.scope}/"))
                for scope in scopes
            ):
                found.append(row)
        return found


def as_arm(row: Row) -> Row:
    """A Resource Graph row as its resource provider shows it: own columns and empty ones gone."""
    shown = {
        key: value
        for key, value in row.items()
        if key not in _GRAPH_ONLY and (value not in (None, "") or key == "properties")
    }
    if "type" in shown:
        shown["type"] = _cased_type(str(row["id"]), str(row["type"]))
    return shown


def as_listed(row: Row) -> Row:
    """A row as an element of the ARM resource list, which has no properties."""
    shown = as_arm(row)
    return {key: shown[key] for key in _LISTED if key in shown}


def _scopes_of(row: Row) -> list[str]:
    properties = row.get("properties") or {}
    return (
        [str(properties["scope"])]
        if "scope" in properties
        else list(properties.get("assignableScopes") or ["/"])
    )


def _within(row: Row, path: ArmPath) -> bool:
    if str(row.get("subscriptionId", "")).lower() != path.subscription:
        return False
    return path.resource_group is None or (
        str(row.get("resourceGroup", "")).lower() == path.resource_group
    )


def _cased_type(resource_id: str, lower: str) -> str:
    """Resource Graph writes types in lower case, providers in the case of the id."""
    _, found, rest = resource_id.rpartition("/providers/")
    if not found:
        return "Microsoft.Resources/resourceGroups" if lower == _GROUP_TYPE else lower
    namespace, *segments = rest.split("/")
    cased = "/".join((namespace, *segments[::2]))
    return cased if cased.lower() == lower else lower
