"""Azure Policy: what is assigned, and the state of each resource under it.

A state is Azure's answer at its own time: mostly of hours ago, some of the day before, when the
resource may have been set up otherwise. Shaped by the columns that Microsoft's samples name:
https://learn.microsoft.com/azure/governance/policy/samples/resource-graph-samples
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from simulator.tenant.access.roles import PROVIDER
from simulator.tenant.estate import management_groups
from simulator.tenant.estate.dates import ticks
from simulator.tenant.estate.estate import Estate
from simulator.tenant.kit.fault import Policy
from simulator.tenant.kit.registry import all_faults
from simulator.tenant.model import Truth

STATES, ASSIGNMENTS = (
    "microsoft.policyinsights/policystates",
    ("microsoft.authorization/policyassignments"),
)
WEIGHTS = {
    "NonCompliant": 300,
    "Compliant": 200,
    "Conflict": 100,
    "Error": 100,
    "Exempt": 50,
    "Unknown": 0,
}
EXEMPT, BROKEN, UNSEEN, LAGGING, LOOSE = 0.04, 0.01, 0.03, 0.25, 0.5
"""Shares of resources that are exempt, without an answer, not evaluated yet, or evaluated the day
before; and of the failures of a check that the definition, being the looser rule, lets pass."""

Answers = dict[tuple[str, str], str]
"""Expected verdicts by check and subject."""


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
    definitions = (*types, AUDITING)
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


def rows_of(
    estate: Estate, tonight: Iterable[Truth], before: Iterable[Truth]
) -> list[dict[str, Any]]:
    """Rows of the table `policyresources`.

    `before` is the truth of the night before: what a lagging state still tells.
    """
    now, then = _answers(tonight), _answers(before)
    rows: list[dict[str, Any]] = []
    for one, scope in _placed(estate):
        rows.append(_assignment_row(estate, one, scope))
        rows += _states(estate, one, scope, now, then)
    return rows


def _answers(truth: Iterable[Truth]) -> Answers:
    return {(one.check, one.subject): one.expected for one in truth}


def _placed(estate: Estate) -> Iterator[tuple[Assignment, str]]:
    root = management_groups.scope(estate.tenant_id)
    for one in assigned():
        if one.everywhere:
            yield one, root
            continue
        for subscription in estate.subscriptions:
            if subscription.environment == "prod":
                yield one, subscription.scope


def _assignment_id(one: Assignment, scope: str) -> str:
    return f"{scope}/{PROVIDER}/policyAssignments/{one.name}".lower()


def _states(
    estate: Estate, one: Assignment, scope: str, now: Answers, then: Answers
) -> Iterator[dict[str, Any]]:
    inside = "" if one.everywhere else f"{scope}/".lower()
    for definition in one.definitions:
        subjects = [name for check, name in now if check == definition.check]
        for subject in sorted(subjects):
            if subject.lower().startswith(inside):
                state = _state(estate, one, scope, definition, subject, now, then)
                if state is not None:
                    yield state


def _state(
    estate: Estate,
    one: Assignment,
    scope: str,
    definition: Definition,
    subject: str,
    now: Answers,
    then: Answers,
) -> dict[str, Any] | None:
    share = _shares(estate, definition, subject)
    key = (definition.check, subject)
    if share("unseen") < UNSEEN:
        return None
    late = share("late", estate.dice.night) < LAGGING
    expected = then.get(key, now[key]) if late else now[key]
    if share("broken") < BROKEN:
        state = estate.dice.pick(
            ("Conflict", "Error", "Unknown"), "broken", definition.policy.guid, subject
        )
    elif share("exempt") < EXEMPT:
        state = "Exempt"
    elif expected == "fail" and definition.policy.looser and share("looser") < LOOSE:
        state = "Compliant"
    else:
        state = "Compliant" if expected == "pass" else "NonCompliant"
    hours = 26 + 20 * share("hour") if late else 1 + 4 * share("hour")
    resource = f"{subject}{definition.policy.child}"
    return _state_row(estate, one, scope, definition, resource) | {
        "properties": _properties(one, scope, definition, resource, state)
        | {"timestamp": ticks(estate.dates.as_of - timedelta(hours=int(hours)))}
    }


def _shares(estate: Estate, definition: Definition, subject: str) -> Callable[..., float]:
    """Draws about one resource under one definition."""
    return lambda *keys: estate.dice.share("policy", *keys, definition.policy.guid, subject)


def _state_row(
    estate: Estate, one: Assignment, scope: str, definition: Definition, resource: str
) -> dict[str, Any]:
    guid = definition.policy.guid
    name = estate.dice.hexadecimal(64, "state", _assignment_id(one, scope), guid, resource)
    parts = resource.split("/")
    return {
        "id": f"{resource}/providers/Microsoft.PolicyInsights/policyStates/{name.lower()}",
        "name": name.lower(),
        "type": STATES,
        "tenantId": estate.tenant_id,
        "kind": "",
        "location": "",
        "resourceGroup": parts[4].lower() if len(parts) > 4 else "",
        "subscriptionId": parts[2],
        "managedBy": "",
        "sku": None,
        "plan": None,
        "properties": {},
        "tags": None,
        "identity": None,
        "zones": None,
        "extendedLocation": None,
    }


def _properties(
    one: Assignment, scope: str, definition: Definition, resource: str, state: str
) -> dict[str, Any]:
    group = scope if one.everywhere else ""
    initiative = f"{scope}/{PROVIDER}/policySetDefinitions/{one.name}".lower()
    return {
        "resourceId": resource.lower(),
        "policyDefinitionId": f"/{PROVIDER}/policyDefinitions/{definition.policy.guid}".lower(),
        "policyDefinitionName": definition.policy.guid,
        "policyDefinitionAction": definition.policy.effect,
        "policyDefinitionReferenceId": definition.check.rsplit(".", 1)[1].lower()
        if one.initiative
        else "",
        "policySetDefinitionId": initiative if one.initiative else "",
        "policyAssignmentId": _assignment_id(one, scope),
        "policyAssignmentName": one.name,
        "policyAssignmentScope": scope.lower(),
        "managementGroupIds": group.rsplit("/", 1)[-1],
        "resourceType": _type_of(resource),
        "complianceState": state,
        "complianceReasonCode": "",
        "stateWeight": WEIGHTS[state],
        "isDeleted": False,
    }


def _type_of(resource: str) -> str:
    _, _, rest = resource.rpartition("/providers/")
    namespace, *segments = rest.split("/")
    return "/".join((namespace, *segments[::2])).lower()


def _assignment_row(estate: Estate, one: Assignment, scope: str) -> dict[str, Any]:
    guid = one.definitions[0].policy.guid
    single = f"/{PROVIDER}/policyDefinitions/{guid}"
    row = _state_row(estate, one, scope, one.definitions[0], f"{scope}/x/y")
    return row | {
        "id": f"{scope}/{PROVIDER}/policyAssignments/{one.name}",
        "name": one.name,
        "type": ASSIGNMENTS,
        "resourceGroup": "",
        "subscriptionId": "" if one.everywhere else scope.split("/")[2],
        "properties": {
            "displayName": one.name,
            "scope": scope,
            "policyDefinitionId": f"{scope}/{PROVIDER}/policySetDefinitions/{one.name}"
            if one.initiative
            else single,
            "enforcementMode": "Default",
            "parameters": {},
            "notScopes": [],
        },
    }
