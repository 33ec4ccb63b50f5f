"""Whether privilege is lent or owned: eligible and active assignments, in Azure and in Entra ID."""

from collections.abc import Mapping
from typing import Any

from collectors.kit.roles import role_name
from collectors.kit.spec import Verdict, failed, passed, unknown


def eligibility_ends(facts: Any, known: Mapping[str, str]) -> Verdict:
    """The right to activate a role ends, so that somebody has to ask again.

    `facts` is the schedule instance as its API writes it, `known` names roles by id.
    """
    match facts:
        case {"roleDefinitionId": str() as role, "endDateTime": str() as end}:
            return passed(f"may activate {role_name(role, known)} until {end[:10]}")
        case {"roleDefinitionId": str() as role, "endDateTime": None}:
            return failed(f"may activate {role_name(role, known)} for ever, no end date is set")
        case _:
            return unknown("Azure returned no complete eligibility (role and endDateTime)")


def privilege_is_lent(facts: Any, known: Mapping[str, str]) -> Verdict:
    """A role is activated for a while or assigned until a date, not held for good."""
    match facts:
        case {"roleDefinitionId": str() as role, "assignmentType": "Activated"}:
            return passed(f"{role_name(role, known)} was activated for a while")
        case {
            "roleDefinitionId": str() as role,
            "assignmentType": "Assigned",
            "endDateTime": str() as end,
        }:
            return passed(f"{role_name(role, known)} is held until {end[:10]}")
        case {
            "roleDefinitionId": str() as role,
            "assignmentType": "Assigned",
            "endDateTime": None,
        }:
            return failed(f"{role_name(role, known)} is held for good, without activation")
        case _:
            return unknown("Azure returned no complete assignment (role, type and endDateTime)")
