"""Why Azure Policy's state of a resource and our verdict on it may differ: pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.controls.observed import Interval
from collectors.kit import Check, Status

AGREES = {Status.PASS: "compliant", Status.FAIL: "noncompliant"}
NO_STATE = ""


class Cause(StrEnum):
    """Why Azure Policy and a check may answer differently."""

    OLDER = "the state is older than the change"
    STRICTER = "the check asks otherwise than the definition"
    EXEMPT = "exempt in Azure Policy"
    PARAMETERS = "the definition is asked with parameters of its own"
    UNKNOWN_HERE = "our verdict is unknown"
    NO_ANSWER = "Azure Policy has no answer"
    NOT_EVALUATED = "Azure Policy has not evaluated it"
    UNEXPLAINED = "no cause is known"


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyState:
    """What Azure Policy says of one resource under one assignment of one definition."""

    resource: str
    """ARM id, in lower case."""
    policy: str
    """GUID of the built-in definition, in lower case."""
    state: str
    """As Azure writes it: Compliant, NonCompliant, Exempt, Conflict, Error, …"""
    evaluated: datetime | None
    effect: str
    assignment: str
    """ARM id, in lower case."""
    reference: str
    """Of the definition in its initiative; empty where it is assigned by itself."""


def cause_of(
    check: Check,
    interval: Interval,
    state: PolicyState,
    first_night: datetime,
    shared: set[str],
) -> tuple[Cause, str] | None:
    """Why they differ, and a sentence; None where they do not."""
    theirs = state.state.lower()
    if theirs == AGREES.get(interval.status):
        return None
    answered = theirs in AGREES.values()
    if interval.status is Status.UNKNOWN:
        return (Cause.UNKNOWN_HERE, "Azure has an answer, we have none") if answered else None
    if theirs == NO_STATE:
        return Cause.NOT_EVALUATED, "it has no state yet, or the assignment leaves it out"
    if theirs in ("exempt", "protected"):
        said = f"its state is {state.state}: Azure Policy does not judge it"
        return (Cause.EXEMPT, said) if interval.status is Status.FAIL else None
    if not answered:
        return Cause.NO_ANSWER, f"its state is {state.state}"
    return next(_reasons(check, interval, state, first_night, shared))


def _reasons(
    check: Check,
    interval: Interval,
    state: PolicyState,
    first_night: datetime,
    shared: set[str],
) -> Iterator[tuple[Cause, str]]:
    """Causes of two answers that contradict each other, the likeliest first."""
    began = interval.first_slot
    if state.evaluated is not None and first_night < began and state.evaluated < began:
        at = f"{state.evaluated:%Y-%m-%d %H:%M} UTC"
        since = f"{interval.status} here since {began:%Y-%m-%d %H:%M} UTC"
        yield Cause.OLDER, f"Azure evaluated it on {at}; it is {since}"
    if state.policy in shared:
        yield Cause.PARAMETERS, "several checks ask by this definition, each by other parameters"
    if check.differs:
        yield Cause.STRICTER, check.differs
    if check.expectation is not None:
        yield Cause.PARAMETERS, f"the organisation's own criterion is {check.expectation}"
    yield Cause.UNEXPLAINED, "look at the resource in Azure Policy and here"
