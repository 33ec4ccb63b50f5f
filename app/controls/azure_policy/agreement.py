"""Azure Policy's state beside our verdict, for the same resource and built-in definition: pure.

Where the two differ people are told, with the likeliest cause. Several assignments of one
definition make several states; the one that wins is the one Azure itself lets win.
https://learn.microsoft.com/azure/governance/policy/concepts/compliance-states
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.controls.azure_policy.cause import NO_STATE, Cause, PolicyState, cause_of
from app.controls.azure_policy.scope import parent_of, reaches, type_of
from app.controls.observed import Interval
from collectors.kit import Check, Collector, Status

RANK = ("noncompliant", "compliant", "error", "conflict", "protected", "exempt", "unknown")
"""Of several states of one resource the first of these stands for all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """One resource on which Azure Policy and a check do not say the same."""

    check_id: str
    subject: str
    subject_name: str
    status: Status
    """Our verdict."""
    reason: str
    since: datetime
    """First night with this verdict."""
    policy: str
    state: str
    """Azure's; empty where it has none."""
    evaluated: datetime | None
    effect: str
    assignment: str
    reference: str
    cause: Cause
    explanation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyAgreement:
    """Azure Policy beside the verdicts of one night."""

    night: datetime
    compared: int
    """Verdicts on resources of which Azure Policy has a state, or should have one."""
    disagreements: tuple[Disagreement, ...]
    named: int
    """Built-in definitions that checks name."""
    stateless: tuple[str, ...]
    """Those of which Azure has no state at all: assigned nowhere, or to nothing it evaluates."""
    whole: bool
    """False when Azure's states could not all be seen: a missing one then proves nothing."""

    @property
    def sentence(self) -> str:
        """How much agrees, for people."""
        with_states = f"{self.named - len(self.stateless)} of {self.named} built-in definitions"
        seen = "" if self.whole else "; not all of its states could be seen"
        if not self.compared:
            return f"Azure Policy has states of {with_states} that checks name{seen}"
        agree = self.compared - len(self.disagreements)
        return (
            f"Azure Policy agrees with {agree:,} of {self.compared:,} verdicts, by {with_states} "
            f"that checks name{seen}"
        )


@dataclass(frozen=True, slots=True)
class _States:
    """States by what is asked of them."""

    by_resource: Mapping[tuple[str, str], PolicyState]
    types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Types of resources that a definition was evaluated on."""
    reach: Mapping[str, tuple[PolicyState, ...]] = field(default_factory=dict)
    """One state for each assignment and subscription, by definition."""


def policy_agreement(
    *,
    night: datetime,
    states: Iterable[PolicyState],
    whole: bool,
    intervals: Iterable[Interval],
    collectors: Sequence[Collector],
    first_night: datetime,
) -> PolicyAgreement:
    """Compare the states of a night with the verdicts of the same night.

    `first_night` is the first that was ever collected: a verdict that began there began at an
    unknown time, and no state is older than it.
    """
    checks = {
        f"{collector.id}.{check.id}": check
        for collector in collectors
        for check in collector.checks
        if check.policy is not None
    }
    shared = _shared(checks.values())
    indexed = _indexed(states)
    compared: list[Interval] = []
    found: list[Disagreement] = []
    for interval in intervals:
        check = checks.get(interval.check_id)
        if check is None or not interval.first_slot <= night <= interval.last_slot:
            continue
        state = _state_of(indexed, check, interval, whole=whole)
        if state is None:
            continue
        compared.append(interval)
        cause = cause_of(check, interval, state, first_night, shared)
        if cause is not None:
            found.append(_disagreement(check, interval, state, *cause))
    policies = {str(check.policy).lower() for check in checks.values()}
    seen = {policy for policy, _ in indexed.by_resource}
    return PolicyAgreement(
        night=night,
        compared=len(compared),
        disagreements=tuple(sorted(found, key=lambda one: (one.check_id, one.subject.lower()))),
        named=len(policies),
        stateless=tuple(sorted(policies - seen)),
        whole=whole,
    )


def _shared(checks: Iterable[Check]) -> set[str]:
    """Definitions that several checks name: their parameters say which of them is asked."""
    named = [str(check.policy).lower() for check in checks]
    return {policy for policy in named if named.count(policy) > 1}


def _indexed(states: Iterable[PolicyState]) -> _States:
    by_resource: dict[tuple[str, str], PolicyState] = {}
    types: dict[str, set[str]] = {}
    reach: dict[str, dict[tuple[str, str], PolicyState]] = {}
    for state in states:
        for resource in filter(None, (state.resource, parent_of(state.resource))):
            key = (state.policy, resource)
            other = by_resource.get(key)
            by_resource[key] = state if other is None else min(other, state, key=_standing)
            types.setdefault(state.policy, set()).add(type_of(resource))
        where = (state.assignment, "/".join(state.resource.split("/")[:3]))
        reach.setdefault(state.policy, {}).setdefault(where, state)
    return _States(
        by_resource,
        {policy: frozenset(found) for policy, found in types.items()},
        {policy: tuple(found.values()) for policy, found in reach.items()},
    )


def _standing(state: PolicyState) -> tuple[int, float]:
    """Azure's rank, then the newest."""
    name = state.state.lower()
    rank = RANK.index(name) if name in RANK else len(RANK)
    return rank, -(state.evaluated.timestamp() if state.evaluated else 0.0)


def _state_of(
    indexed: _States, check: Check, interval: Interval, *, whole: bool
) -> PolicyState | None:
    """Azure's state; one without a state where there should be one; None where none is due."""
    policy, resource = str(check.policy).lower(), interval.subject.lower()
    if "/" not in resource:  # a question on a whole subscription calls it by its id
        resource = f"/subscriptions/{resource}"
    found = indexed.by_resource.get((policy, resource))
    if found is not None or not whole or interval.status is Status.UNKNOWN:
        return found
    if type_of(resource) not in indexed.types.get(policy, ()):
        return None
    for other in indexed.reach.get(policy, ()):
        if reaches(other.assignment, other.resource, resource):
            return PolicyState(
                resource=resource,
                policy=policy,
                state=NO_STATE,
                evaluated=None,
                effect=other.effect,
                assignment=other.assignment,
                reference=other.reference,
            )
    return None


def _disagreement(
    check: Check, interval: Interval, state: PolicyState, cause: Cause, explanation: str
) -> Disagreement:
    return Disagreement(
        check_id=interval.check_id,
        subject=interval.subject,
        subject_name=interval.subject_name,
        status=interval.status,
        reason=interval.reason,
        since=interval.first_slot,
        policy=str(check.policy),
        state=state.state,
        evaluated=state.evaluated,
        effect=state.effect,
        assignment=state.assignment,
        reference=state.reference,
        cause=cause,
        explanation=explanation,
    )
