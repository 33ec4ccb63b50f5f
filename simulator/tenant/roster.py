"""Northgate Health: its subscriptions, resource groups, and the names of what runs there."""

from dataclasses import dataclass, replace
from itertools import cycle

from simulator.tenant.dice import Dice
from simulator.tenant.estate import Place, Resource, Subscription, TenantSpec

ENVIRONMENTS = ("prod", "prod", "staging", "dev")
WORKLOADS = (
    ("patient-portal", "portal"),
    ("telehealth", "tele"),
    ("imaging", "img"),
    ("appointments", "appt"),
    ("platform", "plat"),
)
LOCATIONS = ("eastus2", "centralus")
TRANSIENT_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource type, how its resources are named, and its share of the estate in percent."""

    type: str
    naming: str
    percent: float
    leaf: bool = False
    """Whether nothing else hangs on it, so that it may come and go."""


KINDS = {
    "vm": Kind("Microsoft.Compute/virtualMachines", "vm-{short}-{env}-{n:03}", 10),
    "disk": Kind("Microsoft.Compute/disks", "disk-{short}-{env}-{n:03}", 14, leaf=True),
    "nic": Kind("Microsoft.Network/networkInterfaces", "nic-{short}-{env}-{n:03}", 11),
    "nsg": Kind(
        "Microsoft.Network/networkSecurityGroups", "nsg-{short}-{env}-{n:03}", 9, leaf=True
    ),
    "vnet": Kind("Microsoft.Network/virtualNetworks", "vnet-{workload}-{env}-{n:03}", 3),
    "ip": Kind("Microsoft.Network/publicIPAddresses", "pip-{short}-{env}-{n:03}", 4, leaf=True),
    "gateway": Kind("Microsoft.Network/applicationGateways", "agw-{short}-{env}-{n:03}", 1.8),
    "endpoint": Kind("Microsoft.Network/privateEndpoints", "pe-{short}-{env}-{n:03}", 2.5),
    "storage": Kind("Microsoft.Storage/storageAccounts", "stngh{short}{env}{n:04}", 11, leaf=True),
    "server": Kind("Microsoft.Sql/servers", "sql-ngh-{short}-{env}-{n:03}", 3.4),
    "database": Kind("Microsoft.Sql/servers/databases", "sqldb-{short}-{n:03}", 8.4, leaf=True),
    "vault": Kind("Microsoft.KeyVault/vaults", "kv-{short}-{env}-{n:04}", 4.5),
    "workspace": Kind("Microsoft.OperationalInsights/workspaces", "log-ngh-{env}-{n:03}", 3.5),
    "site": Kind("Microsoft.Web/sites", "app-ngh-{short}-{env}-{n:03}", 5, leaf=True),
    "plan": Kind("Microsoft.Web/serverFarms", "asp-{short}-{env}-{n:03}", 2),
    "recovery": Kind("Microsoft.RecoveryServices/vaults", "rsv-{short}-{env}-{n:03}", 1.6),
    "identity": Kind("Microsoft.ManagedIdentity/userAssignedIdentities", "id-{short}-{n:03}", 2.4),
    "cluster": Kind("Microsoft.ContainerService/managedClusters", "aks-{short}-{env}-{n:03}", 0.9),
    "postgres": Kind("Microsoft.DBforPostgreSQL/flexibleServers", "psql-ngh-{short}-{n:03}", 1),
}


def subscriptions(spec: TenantSpec, dice: Dice) -> tuple[Subscription, ...]:
    """As many subscriptions as the spec asks, each one environment."""
    made = []
    for index in range(spec.subscriptions):
        environment = ENVIRONMENTS[index % len(ENVIRONMENTS)]
        name = f"Northgate Health {environment.capitalize()} {index + 1:02}"
        guid = dice.guid("subscription", index)
        made.append(Subscription(id=guid, name=name, environment=environment))
    return tuple(made)


def places(owned: tuple[Subscription, ...]) -> tuple[Place, ...]:
    """A resource group for each workload and subscription; neighbours differ in subscription."""
    return tuple(
        Place(
            subscription=subscription,
            workload=workload,
            short=short,
            location=LOCATIONS[index % len(LOCATIONS)],
        )
        for workload, short in WORKLOADS
        for index, subscription in enumerate(owned)
    )


def enrol(spec: TenantSpec, dice: Dice, everywhere: tuple[Place, ...]) -> tuple[Resource, ...]:
    """Every resource that exists this night, without tags yet.

    Equal ordinals of different kinds share a place: VM 3, its network card 3 and its disk 3.
    """
    amounts = _amounts(spec)
    enrolled: list[Resource] = []
    for kind in KINDS:
        if kind == "database":
            servers = [one for one in enrolled if one.kind == "server"]
            enrolled += _databases(amounts[kind], servers)
            continue
        for ordinal in range(amounts[kind]):
            place = everywhere[ordinal % len(everywhere)]
            enrolled.append(_resource(kind, ordinal, place))
    if spec.odd_resource:
        enrolled.append(_odd(amounts["storage"], everywhere[0]))
    attached = amounts["vm"]
    return tuple(one for one in enrolled if one.odd or _present(one, dice, attached))


def _amounts(spec: TenantSpec) -> dict[str, int]:
    """Largest remainders: the amounts add up to what was asked.

    Workspaces grow with subscriptions rather than with resources.
    """
    most = max(4, 2 * spec.subscriptions)
    workspaces = min(most, round(KINDS["workspace"].percent * spec.resources / 100))
    total = spec.resources - workspaces
    others = {name: kind.percent for name, kind in KINDS.items() if name != "workspace"}
    exact = {name: share * total / sum(others.values()) for name, share in others.items()}
    amounts = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: amounts[name] - exact[name])
    for name in by_remainder[: total - sum(amounts.values())]:
        amounts[name] += 1
    return amounts | {"workspace": workspaces}


def _resource(kind: str, ordinal: int, place: Place) -> Resource:
    spelled = KINDS[kind].naming.format(
        workload=place.workload, short=place.short, env=place.subscription.environment, n=ordinal
    )
    return Resource(kind=kind, type=KINDS[kind].type, name=spelled, ordinal=ordinal, place=place)


def _databases(amount: int, servers: list[Resource]) -> list[Resource]:
    """`master` of every server first, then user databases dealt round."""
    made: list[Resource] = []
    for ordinal, server in zip(range(amount), cycle(servers), strict=False):
        name = KINDS["database"].naming.format(short=server.place.short, n=ordinal)
        made.append(
            Resource(
                kind="database",
                type=KINDS["database"].type,
                name="master" if ordinal < len(servers) else name,
                ordinal=ordinal,
                place=server.place,
                parent=server,
            )
        )
    return made


def _odd(ordinal: int, place: Place) -> Resource:
    return replace(_resource("storage", ordinal, place), odd=True)


def _present(resource: Resource, dice: Dice, attached: int) -> bool:
    """Most resources stay; some leaves come and go every few nights."""
    held = resource.kind == "disk" and resource.ordinal < attached
    stays = not KINDS[resource.kind].leaf or held or resource.name == "master"
    if stays or resource.ordinal < 2 or dice.share("transient", resource.id) >= TRANSIENT_SHARE:
        return True
    length = dice.number(3, 9, "stay", resource.id)
    return dice.share("present", resource.id, dice.era(length, "stay", resource.id)) < 0.5
