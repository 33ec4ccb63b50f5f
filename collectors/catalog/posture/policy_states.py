"""What Azure Policy says of resources, for the built-in definitions that our own checks name.

A second judge: its states stand beside our verdicts, and where the two differ people are told.
States are as old as Azure's last evaluation (every 24 hours and after changes), and only where a
definition is assigned. https://learn.microsoft.com/azure/governance/policy/concepts/compliance-states
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from collectors.kit import (
    Check,
    Collector,
    Expectations,
    Item,
    Owner,
    Population,
    ResourceGraph,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.instants import instant
from collectors.kit.policies import NAMED_BY_CHECKS

EVALUATED = frozenset({"compliant", "noncompliant", "exempt", "protected"})
"""States that are an answer, whichever."""
BROKEN = frozenset({"conflict", "error"})
"""Two assignments contradict each other, or the rule could not be run."""
OPEN = frozenset({"unknown"})
"""Nobody has attested what only people can answer."""


def assignments_evaluated(states: Population, expectations: Expectations) -> Mapping[str, Verdict]:
    """For each policy assignment: has Azure lately answered for all its resources?"""
    by_assignment: dict[str, list[Item]] = {}
    subjects: dict[str, str] = {}
    for state in states:
        assignment = _text(state, "assignment") or state.id
        subjects.setdefault(assignment.lower(), assignment)
        by_assignment.setdefault(assignment.lower(), []).append(state)
    return {
        subjects[name]: _evaluated(found, expectations) for name, found in by_assignment.items()
    }


def _evaluated(states: Iterable[Item], expectations: Expectations) -> Verdict:
    """The worst that can be said of one assignment's states."""
    told = [_one(state, expectations) for state in states]
    for status in ("fail", "unknown"):
        of_status = [one for one in told if one.status == status]
        if of_status:
            return of_status[0]
    days = expectations["policy_state_days"]
    return passed(f"Azure Policy evaluated every resource within the last {days} days")


def _one(state: Item, expectations: Expectations) -> Verdict:
    where = (_text(state, "resource") or state.id).rsplit("/", 1)[-1]
    answer = _text(state, "state")
    if answer is None:
        return unknown(f"Azure returned no state of {where}")
    if answer.lower() in BROKEN:
        return failed(f"Azure Policy could not evaluate {where}: its state is {answer}")
    if answer.lower() in OPEN:
        return unknown(f"Azure Policy has no answer about {where}: its state is {answer}")
    if answer.lower() not in EVALUATED:
        return unknown(f"Azure returned state {answer!r} of {where}, a value that is not known")
    return _lately(state, where, expectations)


def _lately(state: Item, where: str, expectations: Expectations) -> Verdict:
    at, days = instant(state["evaluated"]), expectations["policy_state_days"]
    if at is None:
        return unknown(f"Azure did not say when it evaluated {where}")
    if expectations.as_of - at > timedelta(days=days):
        return failed(f"Azure Policy evaluated {where} on {at:%Y-%m-%d}, over {days} days ago")
    return passed("evaluated")


def _text(state: Item, path: str) -> str | None:
    value = state[path]
    return value if isinstance(value, str) and value else None


COLLECTOR = Collector(
    id="posture.policy_states",
    title="Azure Policy's own states of resources",
    reads={
        "states": ResourceGraph(
            table="policyresources",
            types=("microsoft.policyinsights/policystates",),
            among=NAMED_BY_CHECKS,
            project=(
                "id",
                "subscriptionId",
                "resource=properties.resourceId",
                "definition=properties.policyDefinitionId",
                "state=properties.complianceState",
                "evaluated=properties.timestamp",
                "effect=properties.policyDefinitionAction",
                "assignment=properties.policyAssignmentId",
                "reference=properties.policyDefinitionReferenceId",
            ),
            needs=("Microsoft.PolicyInsights/policyStates/queryResults/read",),
        ),
    },
    checks=(
        Check(
            id="assignments_evaluated",
            title="Azure Policy evaluates every resource that it is assigned to",
            on="states",
            judge_all=assignments_evaluated,
            controls=("A.5.36",),
            expectation="policy_state_days",
            remedy="az policy state trigger-scan; where two assignments conflict, remove one",
            owner=Owner.COMPLIANCE,
        ),
    ),
)
