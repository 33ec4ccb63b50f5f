"""What of Azure Policy is assigned, and where: definitions that the types' faults name."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from simulator.tenant.access.roles import PROVIDER
from simulator.tenant.estate import management_groups
from simulator.tenant.estate.estate import Estate
from simulator.tenant.kit.fault import Policy
from simulator.tenant.kit.registry import all_faults


class Definition(NamedTuple):
    """A built-in definition, and the check that asks the same."""

    check: str
    policy: Policy


class Assignment(NamedTuple):
    """Definitions assigned together at a scope."""

    name: str
    definitions: tuple[Definition, ...]
    initiative: bool = False
    everywhere: bool = True
    """At the root management group; else at each subscription of production."""


AUDITING = Definition(
    "sql.databases.auditing",
    Policy(
        guid="a6fb4358-5bf4-4ad7-ba82-2cd2f41ce5e9",
        effect="auditifnotexists",
        looser=True,
    ),
)
"""Of a check whose truth hangs together with other facts."""
EVERYWHERE = ("iso27001",)
"""Initiatives that are assigned at the root."""


@cache
def assigned() -> tuple[Assignment, ...]:
    """Initiatives, and the definitions that are assigned by themselves.

    They are those that the types' faults name; other definitions are assigned nowhere.
    """
    types = (Definition(name, one.policy) for name, one in all_faults() if one.policy is not None)
    definitions = tuple(dict.fromkeys((*types, AUDITING)))  # a check may ask several types
    together = dict.fromkeys(one.policy.initiative for one in definitions)
    initiatives = (
        Assignment(
            name,
            tuple(one for one in definitions if one.policy.initiative == name),
            initiative=True,
            everywhere=name in EVERYWHERE,
        )
        for name in together
        if name
    )
    alone = (
        Assignment(f"single-{one.policy.guid[:8]}", (one,), everywhere=False)
        for one in definitions
        if not one.policy.initiative
    )
    return (*initiatives, *alone)


def placed(estate: Estate) -> Iterator[tuple[Assignment, str]]:
    """Every assignment with each scope that it is made at."""
    root = management_groups.scope(estate.tenant_id)
    for one in assigned():
        if one.everywhere:
            yield one, root
            continue
        for subscription in estate.subscriptions:
            if subscription.environment == "prod":
                yield one, subscription.scope


def assignment_id(one: Assignment, scope: str) -> str:
    """Its id at the scope, in lower case."""
    return f"{scope}/{PROVIDER}/policyAssignments/{one.name}".lower()
