"""Whether privilege is lent or owned: eligible and active assignments, in Azure and in Entra ID."""

from typing import Any

from collectors.kit.spec import Verdict, failed, passed, unknown


def eligibility_ends(facts: Any, role: str) -> Verdict:
    """The right to activate a role ends, so that somebody has to ask again.

    `facts` is the schedule instance as its API writes it, `role` is for people.
    """
    match facts:
        case {"roleDefinitionId": str(), "endDateTime": str() as end}:
            return passed(f"may activate {role} until {end[:10]}")
        case {"roleDefinitionId": str(), "endDateTime": None}:
            return failed(f"may activate {role} for ever, no end date is set")
        case _:
            return unknown("Azure returned no complete eligibility (role and endDateTime)")


def privilege_is_lent(facts: Any, role: str) -> Verdict:
    """A role is activated for a while or assigned until a date, not held for good."""
    match facts:
        case {"roleDefinitionId": str(), "assignmentType": "Activated"}:
            return passed(f"{role} was activated for a while")
        case {
            "roleDefinitionId": str(),
            "assignmentType": "Assigned",
            "endDateTime": str() as end,
        }:
            return passed(f"{role} is held until {end[:10]}")
        case {
            "roleDefinitionId": str(),
            "assignmentType": "Assigned",
            "endDateTime": None,
        }:
            return failed(f"{role} is held for good, without activation")
        case _:
            return unknown("Azure returned no complete assignment (role, type and endDateTime)")
