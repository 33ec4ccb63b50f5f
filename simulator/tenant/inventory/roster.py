"""Northgate Health: its subscriptions, resource groups, and the names of what runs there."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import cycle

from simulator.tenant.estate.dice import Dice
from simulator.tenant.estate.estate import Place, Resource, Subscription, TenantSpec
from simulator.tenant.inventory.amounts import LEAST, amounts
from simulator.tenant.kit.registry import all_types
from simulator.tenant.kit.resource_type import ResourceType

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


ODD = "Microsoft.Storage/storageAccounts"
"""The type of the odd resource."""


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

    Equal ordinals of different types share a place: VM 3, its network card 3 and its disk 3. What a
    resource is called depends on its type and ordinal alone, not on which other types there are.
    """
    number_of = amounts(spec, all_types())
    enrolled: dict[str, list[Resource]] = {}
    for kind in all_types():
        if kind.parent:
            made = _below(kind, number_of[kind.type], enrolled[kind.parent])
        else:
            made = [
                _resource(kind, ordinal, everywhere[ordinal % len(everywhere)])
                for ordinal in range(number_of[kind.type])
            ]
        if spec.odd_resource and kind.type == ODD:
            odd = _resource(kind, number_of[ODD], everywhere[0])
            made.append(replace(odd, odd=True))
        enrolled[kind.type] = made
    return tuple(
        one
        for kind in all_types()
        for one in enrolled[kind.type]
        if one.odd or _present(kind, one, dice, number_of)
    )


def _resource(kind: ResourceType, ordinal: int, place: Place) -> Resource:
    spelled = kind.naming.format(
        workload=place.workload, short=place.short, env=place.subscription.environment, n=ordinal
    )
    return Resource(type=kind.type, name=spelled, ordinal=ordinal, place=place)


def _below(kind: ResourceType, amount: int, parents: list[Resource]) -> list[Resource]:
    """The first child of every parent first, then the others dealt round."""
    made: list[Resource] = []
    for ordinal, parent in zip(range(amount), cycle(parents), strict=False):
        one = replace(_resource(kind, ordinal, parent.place), parent=parent)
        first = kind.first != "" and ordinal < len(parents)
        made.append(replace(one, name=kind.first) if first else one)
    return made


def _present(kind: ResourceType, one: Resource, dice: Dice, number_of: Mapping[str, int]) -> bool:
    """Most resources stay; some leaves come and go every few nights."""
    stays = not kind.leaf or kind.held(one, number_of) or one.name == kind.first
    if stays or one.ordinal < LEAST or dice.share("transient", one.id) >= TRANSIENT_SHARE:
        return True
    length = dice.number(3, 9, "stay", one.id)
    return dice.share("present", one.id, dice.era(length, "stay", one.id)) < 0.5
