"""How long a role is lent: eligible and active assignments, in Azure and in Entra ID.

An end date far away is no end: what is held without activating it, and the right to activate it,
have a longest time each, which is the organisation's choice. It is measured from the start that was
told; without one the time that is left counts, which can be too long but never short enough.
`facts` is a schedule instance as its API writes it.

https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentscheduleinstance
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from collectors.kit.settings import quoted
from collectors.kit.spec import Expectations, Status, Verdict, failed, passed, unknown
from collectors.kit.values.instants import day, instant, is_never

DAY = timedelta(days=1)
YEARS_FROM = 1000
"""Days from which a span is told in years."""
LONGEST_ACTIVATION = timedelta(hours=24)
"""https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-resource-roles-configure-role-settings"""
NO_EXPIRATION = "noexpiration"
"""The type of an expiration that does not expire, where a schedule tells it."""


def eligibility_ends(facts: Any, role: str, expectations: Expectations) -> Verdict:
    """The right to activate a role ends, so that somebody has to ask again."""
    if not _complete(facts):
        return unknown("Azure returned no complete eligibility (role and endDateTime)")
    return _ends(facts, f"may activate {role}", expectations, "eligibility_days")


def privilege_is_lent(facts: Any, role: str, expectations: Expectations) -> Verdict:
    """A role is activated for a while or assigned until a date that is near, not held for good."""
    if not _complete(facts):
        return unknown("Azure returned no complete assignment (role, type and endDateTime)")
    match facts.get("assignmentType"):
        case "Activated":
            return _activated(facts, role, expectations)
        case "Assigned":
            found = _ends(facts, _holder(facts, role), expectations, "standing_access_days")
            if found.status is Status.FAIL and _kind(facts) == "serviceprincipal":
                return failed(f"{found.reason}; it cannot activate roles")
            return found
        case None:
            return unknown("Azure returned no assignmentType")
        case other:
            return unknown(f"Azure returned the assignmentType {quoted(other)}, which is not known")


def _complete(facts: Any) -> bool:
    named = isinstance(facts, Mapping) and isinstance(facts.get("roleDefinitionId"), str)
    return named and bool(facts["roleDefinitionId"])


def _activated(facts: Mapping[str, Any], role: str, expectations: Expectations) -> Verdict:
    """An activation has an end by its nature; one that lasts too long is not believed to be one."""
    end, wanted = instant(facts.get("endDateTime")), expectations["standing_access_days"]
    if end is None:
        return unknown(f"{role} was activated, and Azure returned no end of it")
    told = f"{role} was activated until {day(end)}"
    start = instant(facts.get("startDateTime"))
    span = end - _since(start, expectations.as_of)
    if span > wanted * DAY:
        return failed(f"{told}, for {_length(span)}; at most {wanted} days are expected")
    if span > LONGEST_ACTIVATION:
        return unknown(f"{told}, longer than the 24 hours that an activation can last")
    # One that ended a moment ago may still be listed: it was lent, and it is over.
    latest = expectations.as_of - LONGEST_ACTIVATION
    return _unsure(start, end, told, latest) or passed(f"{role} was activated for a while")


def _ends(facts: Mapping[str, Any], held: str, expectations: Expectations, key: str) -> Verdict:
    told, wanted = facts.get("endDateTime"), expectations[key]
    if _for_ever(facts):
        return failed(f"{held} for ever, no end date is set")
    end = instant(told)
    if end is None:
        return unknown(
            f"{held}, and Azure returned no endDateTime"
            if told is None
            else f"{held}, and Azure returned the endDateTime {quoted(told)}, which is no date"
        )
    start = instant(facts.get("startDateTime"))
    span = end - _since(start, expectations.as_of)
    if span > wanted * DAY:
        expected = f"at most {wanted} days are expected"
        return failed(f"{held} until {day(end)}, for {_length(span)}; {expected}")
    until = f"{held} until {day(end)}"
    return _unsure(start, end, until, expectations.as_of) or passed(until)


def _unsure(start: datetime | None, end: datetime, told: str, latest: datetime) -> Verdict | None:
    """Why a time that does not look too long is not believed; None where it is."""
    if end < latest:
        return unknown(f"{told}, which has passed, and Azure still lists it")
    if start is not None and end < start:
        return unknown(f"{told}, which is before it starts")
    return None if start else unknown(f"{told}, and Azure returned no startDateTime to count from")


def _for_ever(facts: Mapping[str, Any]) -> bool:
    """No end by what was said: null, the year 1, or the expiration of a schedule."""
    told = facts.get("endDateTime")
    if is_never(told) or ("endDateTime" in facts and told is None):
        return True
    expiration = facts.get("expiration")
    kind = expiration.get("type") if isinstance(expiration, Mapping) else None
    return told is None and isinstance(kind, str) and kind.lower() == NO_EXPIRATION


def _since(start: datetime | None, as_of: datetime) -> datetime:
    return as_of if start is None else min(start, as_of)


def _holder(facts: Mapping[str, Any], role: str) -> str:
    known = {"serviceprincipal": "a service principal", "group": "a group", "user": "a person"}
    kind = known.get(_kind(facts))
    return f"{role} is held" if kind is None else f"{kind} holds {role}"


def _kind(facts: Mapping[str, Any]) -> str:
    kind = facts.get("principalType")
    return kind.lower() if isinstance(kind, str) else ""


def _length(span: timedelta) -> str:
    """In days, or in years where days say nothing to people."""
    days = -(-span // DAY)
    return f"{days} days" if days < YEARS_FROM else f"{days // 365} years"
