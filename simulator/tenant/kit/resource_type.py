'''A type of Azure resource in one file: `tenant/types/<area>/<type>.py` defines TYPE, one value.

The file is found by itself; nothing else names it. From it follow the resources of the tenant and
their rows, what each check must say of them, diagnostic settings and what is expected of those,
the api-versions that the server knows, and the least requests. Whole, with two checks:

```python
"""Container registries.

Shaped by the documented example of 2023-07-01:
https://learn.microsoft.com/rest/api/containerregistry/registries/get
"""

from typing import Any

from simulator.tenant.kit import ABSENT, Categories, Fault, ResourceType, Scene


def body(scene: Scene) -> dict[str, Any]:
    """A registry that passes every check: columns of its row, beside those that all rows have."""
    return {
        "sku": {"name": "Premium", "tier": "Premium"},
        "properties": {
            "loginServer": f"{scene.name}.azurecr.io",
            "provisioningState": "Succeeded",
            "adminUserEnabled": False,
            "publicNetworkAccess": "Disabled",
        },
    }


TYPE = ResourceType(
    type="Microsoft.ContainerRegistry/registries",
    naming="cr{short}{env}{n:04}",
    weight=1,
    versions=("2023-07-01", "2025-04-01"),
    logs=Categories(audit=("ContainerRegistryLoginEvents",), grouped=True),
    body=body,
    faults={
        "containers.registries.admin_user": Fault(fails=({"properties.adminUserEnabled": True},)),
        "containers.registries.public_network": Fault(
            fails=({"properties.publicNetworkAccess": "Enabled"},),
            unknown=({"properties.publicNetworkAccess": ABSENT},),
        ),
    },
)
```

1. `type` as its provider writes it, `naming` with the fields {workload}, {short}, {env} and {n}.
2. `body` gives the good resource. Draws come from the scene: `scene.pick(options, "word")`. An
   endpoint to name: `network.parts.private_connections(scene)`.
3. A fault is written under the full id of its check. Truth is drawn before there is a body; the
   body is then changed. Faults of one resource may come together: each must show by itself.
4. A resource of which nobody ever set anything has a body of its own: there its verdicts are
   settled and nothing is changed, `settled=where(as_made, "fail")`. `asked=phi` narrows whom a
   check asks.
5. Below a resource lie children: `Child(path="tokens", names=…, body=…, faults=…)` is a list, whose
   faults are asked of each element; without `names` it is one object, asked by its resource's id.
6. Every type has two resources at least, one that fails each check and one that passes it.
7. With `logs` its diagnostic settings and what is expected of them are made too: the collector's
   table of audit categories must know the type.

`pytest tests/simulator/tenant tests/end_to_end/test_agreement.py` holds a new type to all of this.
Property paths of the documented example may be kept in `tests/simulator/tenant/golden/types/`, and
then each must occur.
'''

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from simulator.tenant.estate.estate import Resource, TenantSpec
from simulator.tenant.kit.fault import Fault
from simulator.tenant.kit.log_categories import Categories
from simulator.tenant.kit.scene import Scene

Row: TypeAlias = Mapping[str, Any]
"""A resource as Resource Graph shows it."""
Body: TypeAlias = Callable[[Scene], dict[str, Any]]


def never(_: Resource, __: Mapping[str, int]) -> bool:
    """Nothing holds it."""
    return False


def always(_: Row) -> bool:
    """Every resource has one."""
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """What Azure Resource Manager answers below each resource of a type."""

    path: str
    """`blobServices/default` is one object, `keys` a list."""
    body: Callable[[Scene], dict[str, Any] | None] | None = None
    """Its body beside `id`, `name` and `type`. Giving None: this resource has no such object. No
    function at all: the child is made elsewhere, for it depends on other resources."""
    names: Callable[[Scene], Sequence[str]] | None = None
    """Names of the elements of a list; the scene of an element's body is below its resource."""
    faults: Mapping[str, Fault] = field(default_factory=dict)
    """Asked of the resource where the child is an object, of each element where it is a list."""
    versions: tuple[str, ...] = ()
    """Known api-versions; those of the resource where none are named."""
    purpose: str = ""
    """The line of the least requests that counts one for each resource; empty: nobody asks."""
    needed: Callable[[Row], bool] = always
    """By its row, whether a resource has a child worth asking for."""

    @property
    def listed(self) -> bool:
        """Whether the path names a list."""
        return self.path.count("/") % 2 == 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceType:
    """One type of resource: how many there are, what they are like, and how they fail."""

    type: str
    naming: str
    weight: float = 1
    """Share of the estate, relative to the weights of the other types."""
    versions: tuple[str, ...]
    """Known api-versions, oldest first."""
    body: Body | None = None
    """The good resource: columns of its row. None: its rows are made elsewhere, for what they are
    hangs together with other resources."""
    faults: Mapping[str, Fault] = field(default_factory=dict)
    """By the full id of a check; asked of the resource."""
    children: tuple[Child, ...] = ()
    logs: Categories | Callable[[Row], Categories | None] | None = None
    """What diagnostic settings may log; by the row where it differs. None: it has no settings."""
    logged_parts: Callable[[Row], Sequence[str]] | None = None
    """Paths below the resource that have the settings in its stead."""
    contents: Callable[[Scene], dict[str, list[dict[str, Any]]]] | None = None
    """What its own data plane lists, `keys` and so on (Key Vault)."""
    listed: bool | None = None
    """Whether its whole rows are asked for. By default those of types with faults are."""
    parent: str = ""
    """The type that it lives below, as `Microsoft.Sql/servers`."""
    first: str = ""
    """Name of the first child of every parent."""
    most: Callable[[TenantSpec], int] | None = None
    """Upper limit of their number, for what grows with subscriptions rather than with resources."""
    leaf: bool = True
    """Whether nothing else hangs on it, so that it may come and go from night to night."""
    held: Callable[[Resource, Mapping[str, int]], bool] = never
    """Whether a leaf stays all the same; the amounts of every type are told."""

    @property
    def row_type(self) -> str:
        """As Resource Graph writes it, in lower case."""
        return self.type.lower()

    @property
    def asked_for(self) -> bool:
        """Whether the least requests count a list of its whole rows."""
        return bool(self.checks()) if self.listed is None else self.listed

    def below(self, child: Child) -> str:
        """The type of a child: `Microsoft.Storage/storageAccounts/blobServices`."""
        return "/".join((self.type, *child.path.split("/")[::2]))

    def checks(self) -> tuple[str, ...]:
        """Full ids of the checks that ask it or what is below it."""
        return (*self.faults, *(name for child in self.children for name in child.faults))
