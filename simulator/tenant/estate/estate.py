"""What every area of the generator is given: subscriptions, places and named resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from simulator.tenant.estate.dates import Dates
from simulator.tenant.estate.dice import Dice
from simulator.tenant.model import TableSpan, Truth


@dataclass(frozen=True, kw_only=True, slots=True)
class TenantSpec:
    """What kind of tenant to generate."""

    seed: int = 7
    subscriptions: int = 3
    resources: int = 120
    """About the number of rows of the Resource Graph table `resources`."""
    odd_resource: bool = False
    """One storage account whose properties Azure leaves out: its checks are unknown."""
    billing_shell: bool = False
    """The subscription by which Entra ID was billed: listed, and every provider refuses it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One subscription: an environment of the company."""

    id: str
    name: str
    environment: str

    @property
    def scope(self) -> str:
        """ARM id of the subscription."""
        return f"/subscriptions/{self.id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a workload lives in a subscription."""

    subscription: Subscription
    workload: str
    short: str
    location: str

    @property
    def group(self) -> str:
        """Name of the resource group."""
        return f"rg-{self.workload}-{self.subscription.environment}-{self.location}"

    @property
    def group_id(self) -> str:
        """ARM id of the resource group."""
        return f"{self.subscription.scope}/resourceGroups/{self.group}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A named resource, before it has a configuration."""

    type: str
    name: str
    ordinal: int
    place: Place
    parent: "Resource | None" = None
    tags: Mapping[str, str] | None = None
    odd: bool = False

    @property
    def id(self) -> str:
        """ARM id as Azure writes it."""
        if self.parent is not None:
            return f"{self.parent.id}/{self.type.rsplit('/', 1)[1]}/{self.name}"
        return f"{self.place.group_id}/providers/{self.type}/{self.name}"

    @property
    def phi(self) -> bool:
        """Whether it is tagged as holding patients' data."""
        return (self.tags or {}).get("dataClassification", "").upper() == "PHI"


@dataclass(frozen=True, kw_only=True)
class Estate:
    """The company's cloud on one night."""

    spec: TenantSpec
    tenant_id: str
    dice: Dice
    dates: Dates
    subscriptions: tuple[Subscription, ...]
    places: tuple[Place, ...]
    resources: tuple[Resource, ...]

    def of(self, azure_type: str) -> tuple[Resource, ...]:
        """Resources of one type, as its provider writes it, in order."""
        return self._by_type.get(azure_type, ())

    def near(self, azure_type: str, resource: Resource) -> Resource | None:
        """The first resource of a type in the same subscription, else the company's first."""
        here = self._by_subscription.get((azure_type, resource.place.subscription.id))
        return here or next(iter(self.of(azure_type)), None)

    def beside(self, azure_type: str, resource: Resource) -> Resource | None:
        """The resource of a type that shares the ordinal: machine 3 of disk 3."""
        return self._by_ordinal.get((azure_type, resource.ordinal))

    @cached_property
    def _by_type(self) -> dict[str, tuple[Resource, ...]]:
        grouped: dict[str, list[Resource]] = {}
        for one in self.resources:
            grouped.setdefault(one.type, []).append(one)
        return {azure_type: tuple(found) for azure_type, found in grouped.items()}

    @cached_property
    def _by_subscription(self) -> dict[tuple[str, str], Resource]:
        return {(one.type, one.place.subscription.id): one for one in reversed(self.resources)}

    @cached_property
    def _by_ordinal(self) -> dict[tuple[str, int], Resource]:
        return {(one.type, one.ordinal): one for one in self.resources}

    def row(self, resource: Resource, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The resource as a whole row of Resource Graph, every column present."""
        return {
            "id": resource.id,
            "name": resource.name,
            "type": resource.type.lower(),
            "tenantId": self.tenant_id,
            "kind": "",
            "location": resource.place.location,
            "resourceGroup": resource.place.group.lower(),
            "subscriptionId": resource.place.subscription.id,
            "managedBy": "",
            "sku": None,
            "plan": None,
            "properties": {},
            "tags": None if resource.tags is None else dict(resource.tags),
            "identity": None,
            "zones": None,
            "extendedLocation": None,
        } | dict(columns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fragment:
    """What one area adds to the tenant."""

    rows: tuple[dict[str, Any], ...] = ()
    """Rows of the Resource Graph table `resources`."""
    authorization: tuple[dict[str, Any], ...] = ()
    """Rows of `authorizationresources`."""
    containers: tuple[dict[str, Any], ...] = ()
    """Rows of `resourcecontainers`."""
    arm: dict[str, list[dict[str, Any]] | dict[str, Any]] = field(default_factory=dict)
    graph: dict[str, list[dict[str, Any]] | dict[str, Any]] = field(default_factory=dict)
    logs: dict[str, dict[str, TableSpan]] = field(default_factory=dict)
    vaults: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    truth: tuple[Truth, ...] = ()
