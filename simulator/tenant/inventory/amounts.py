"""How many resources there are of each type."""

from collections.abc import Iterable, Mapping

from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.kit.resource_type import ResourceType

LEAST = 2
"""Of every type, so that each check can fail and pass whatever other types there are."""


def amounts(spec: TenantSpec, types: Iterable[ResourceType]) -> dict[str, int]:
    """Two of every type at least; beyond these the resources are shared by weight.

    A type of so small a share that it would not get two adds its own and takes nothing from the
    others. What has an upper limit leaves the rest of its share to them.
    """
    everyone = tuple(types)
    whole = sum(one.weight for one in everyone)
    limited = {
        one.type: min(one.most(spec), round(one.weight * spec.resources / whole))
        for one in everyone
        if one.most is not None
    }
    weights = {one.type: one.weight for one in everyone if one.type not in limited}
    shared = _shared(spec.resources - sum(limited.values()), weights)
    return {name: max(LEAST, number) for name, number in (shared | limited).items()}


def _shared(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Largest remainders: the amounts add up to the total."""
    whole = sum(weights.values())
    exact = {name: weight * total / whole for name, weight in weights.items()}
    made = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (made[name] - exact[name], name))
    for name in by_remainder[: total - sum(made.values())]:
        made[name] += 1
    return made
