"""Azure Policy: the state of each resource under what is assigned.

A state is Azure's answer at its own time: mostly of hours ago, some of the day before, when the
resource may have been set up otherwise. Shaped by the columns that Microsoft's samples name:
https://learn.microsoft.com/azure/governance/policy/samples/resource-graph-samples
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, TypeAlias

from simulator.tenant.access.roles import PROVIDER
from simulator.tenant.estate.dates import ticks
from simulator.tenant.estate.estate import Estate
from simulator.tenant.model import Truth
from simulator.tenant.posture.policy_assignments import (
    Assignment,
    Definition,
    assignment_id,
    placed,
)

STATES, ASSIGNMENTS = (
    "microsoft.policyinsights/policystates",
    "microsoft.authorization/policyassignments",
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

Answers: TypeAlias = dict[str, dict[str, str]]
"""Expected verdicts by check, then by subject."""


def rows_of(
    estate: Estate, tonight: Iterable[Truth], before: Iterable[Truth]
) -> list[dict[str, Any]]:
    """Rows of the table `policyresources`.

    `before` is the truth of the night before: what a lagging state still tells.
    """
    now, then = _answers(tonight), _answers(before)
    rows: list[dict[str, Any]] = []
    for one, scope in placed(estate):
        rows.append(_assignment_row(estate, one, scope))
        rows += _states(estate, one, scope, now, then)
    return rows


def _answers(truth: Iterable[Truth]) -> Answers:
    by_check: Answers = {}
    for one in truth:
        by_check.setdefault(one.check, {})[one.subject] = one.expected
    return by_check


def _states(
    estate: Estate, one: Assignment, scope: str, now: Answers, then: Answers
) -> Iterator[dict[str, Any]]:
    inside = "" if one.everywhere else f"{scope}/".lower()
    for definition in one.definitions:
        tonight = now.get(definition.check, {})
        before = then.get(definition.check, {})
        for subject in sorted(tonight):
            if subject.lower().startswith(inside):
                answers = tonight[subject], before.get(subject, tonight[subject])
                state = _state(estate, one, scope, definition, subject, answers)
                if state is not None:
                    yield state


def _state(
    estate: Estate,
    one: Assignment,
    scope: str,
    definition: Definition,
    subject: str,
    answers: tuple[str, str],
) -> dict[str, Any] | None:
    """The state of one resource, whose verdicts tonight and the night before are told."""
    share = _shares(estate, definition, subject)
    if share("unseen") < UNSEEN:
        return None
    late = share("late", estate.dice.night) < LAGGING
    expected = answers[1] if late else answers[0]
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
    name = estate.dice.hexadecimal(64, "state", assignment_id(one, scope), guid, resource)
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
        "policyAssignmentId": assignment_id(one, scope),
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
