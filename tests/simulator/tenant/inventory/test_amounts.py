"""Two of every type first, then weights: more types do not starve each other."""

from dataclasses import replace

import pytest

from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.inventory.amounts import LEAST, amounts
from simulator.tenant.kit import ResourceType
from simulator.tenant.kit.registry import all_types

FORTY = tuple(
    ResourceType(type=f"Microsoft.Example/things{n}", naming="t-{n}", versions=("2024-01-01",))
    for n in range(40)
)


@pytest.mark.parametrize("resources", [1, 40, 120, 1000, 10_000])
def test_every_type_has_two_and_the_others_add_up_to_what_was_asked(resources: int) -> None:
    made = amounts(TenantSpec(resources=resources), all_types())

    assert min(made.values()) == LEAST or resources > 120
    beyond = [number for number in made.values() if number > LEAST]
    assert sum(beyond) <= resources <= sum(made.values())


def test_forty_more_types_leave_every_type_two_and_the_large_ones_most() -> None:
    spec = TenantSpec(resources=120)
    before, after = amounts(spec, all_types()), amounts(spec, (*all_types(), *FORTY))

    assert min(after.values()) == LEAST
    assert all(LEAST <= after[name] <= number for name, number in before.items())
    assert after["Microsoft.Storage/storageAccounts"] > 2 * LEAST


def test_a_small_type_more_takes_at_most_one_from_another() -> None:
    spec = TenantSpec(resources=120)
    small = replace(FORTY[0], weight=0.5)
    before, after = amounts(spec, all_types()), amounts(spec, (*all_types(), small))

    assert all(number - after[name] <= 1 for name, number in before.items())
    assert after[small.type] == LEAST


def test_workspaces_grow_with_subscriptions() -> None:
    workspaces = "Microsoft.OperationalInsights/workspaces"
    few, many = (
        amounts(TenantSpec(resources=2000, subscriptions=n), all_types())[workspaces]
        for n in (3, 20)
    )
    assert (few, many) == (6, 40)
