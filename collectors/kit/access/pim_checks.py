"""The six questions about Privileged Identity Management, for Azure and for Entra ID alike.

Each stands on a list that both APIs write in nearly the same words: where a fact lies, how a role
is known to be privileged and where the portal changes it are what differs, and that is `Pim`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from collectors.kit.access.naming import role_of
from collectors.kit.access.pim_rules import (
    activation_approval,
    activation_duration,
    activation_justification,
    activation_mfa,
)
from collectors.kit.access.privilege import Privilege
from collectors.kit.access.standing import eligibility_ends, privilege_is_lent
from collectors.kit.beside import as_far_as_seen
from collectors.kit.spec import Check, Expectations, Item, Judge, Verdict, unknown

DEFINITIONS, POLICIES = "definitions", "conditional_access"
"""Reads that are looked at: roles, and Conditional Access policies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pim:
    """What differs between Azure and Entra ID."""

    role: str
    """A role for people: "Azure role"."""
    facts: str | None
    """Where the facts of an element stand; None when it has them itself."""
    rules: str
    """Where the rules of a policy stand."""
    privilege: Callable[[Item], Privilege]
    """What is known of the role of an element."""
    settings: str
    assignments: str
    """Portal paths."""

    def of(self, item: Item) -> Any:
        """The facts of an element."""
        return item.data if self.facts is None else item[self.facts]

    def asked(self, item: Item) -> bool:
        """A role that is privileged, or of which that cannot be told."""
        return self.privilege(item).possible


def pim_checks(pim: Pim) -> tuple[Check, ...]:
    """All six, on the reads `eligible`, `active` and `policies`."""
    return (
        Check(
            id="eligibility_expires",
            title=f"The right to activate an {pim.role} ends",
            on="eligible",
            judge=lambda item, wanted: eligibility_ends(pim.of(item), role_of(item), wanted),
            controls=("A.5.18",),
            expectation="eligibility_days",
            remedy=f"{pim.settings}: expire eligible assignments",
        ),
        Check(
            id="no_standing_access",
            title=f"Privileged {pim.role}s are activated, not held",
            on="active",
            when=pim.asked,
            judge=_of_privileged(pim, _standing),
            beside=(DEFINITIONS,),
            controls=("A.8.2",),
            expectation="standing_access_days",
            remedy=(
                f"{pim.assignments} > Active: of a person or a group, make it eligible and remove"
                " it here; a service principal cannot activate, give it an end or a narrower role"
            ),
        ),
        *activation_checks(pim, "policies"),
    )


def activation_checks(
    pim: Pim, on: str, prefix: str = "activation", place: str = ""
) -> Iterator[Check]:
    """What activating a privileged role demands, on a list of policies; `place` says where."""
    titles = {
        "mfa": "needs multi-factor authentication",
        "justification": "needs a justification",
        "approval": "needs approval",
    }
    for name, claim in titles.items():
        yield Check(
            id=f"{prefix}_{name}",
            title=f"Activating a privileged {pim.role}{place} {claim}",
            on=on,
            when=pim.asked,
            judge=_of_privileged(pim, _RULES[name]),
            beside=(DEFINITIONS, POLICIES) if name == "mfa" else (DEFINITIONS,),
            controls=_CONTROLS[name],
            remedy=f"{pim.settings}: {_REMEDIES[name]}",
        )
    yield Check(
        id=f"{prefix}_duration",
        title=f"The activation of a privileged {pim.role}{place} ends soon",
        on=on,
        when=pim.asked,
        judge=_of_privileged(pim, _longest),
        beside=(DEFINITIONS,),
        controls=("A.8.2",),
        expectation="activation_hours",
        remedy=f"{pim.settings}: activation maximum duration",
    )


_Asked = Callable[[Pim, Item, Expectations], Verdict]


def _of_privileged(pim: Pim, question: _Asked) -> Judge:
    """The question about a privileged role; unknown where it cannot be told whether it is one."""

    def judge(item: Item, expectations: Expectations) -> Verdict:
        known = pim.privilege(item)
        if known.held is None:
            return unknown(f"whether {known.name} is privileged could not be told")
        return question(pim, item, expectations)

    return as_far_as_seen(judge)


def _standing(pim: Pim, item: Item, expectations: Expectations) -> Verdict:
    return privilege_is_lent(pim.of(item), _named(pim, item), expectations)


def _mfa(pim: Pim, item: Item, _: Expectations) -> Verdict:
    return activation_mfa(item[pim.rules], _named(pim, item), item.near(POLICIES))


def _justification(pim: Pim, item: Item, _: Expectations) -> Verdict:
    return activation_justification(item[pim.rules], _named(pim, item))


def _approval(pim: Pim, item: Item, _: Expectations) -> Verdict:
    return activation_approval(item[pim.rules], _named(pim, item))


def _longest(pim: Pim, item: Item, expectations: Expectations) -> Verdict:
    hours = expectations["activation_hours"]
    return activation_duration(item[pim.rules], _named(pim, item), hours)


def _named(pim: Pim, item: Item) -> str:
    """The role by the name that its element gives, else by that of its definition."""
    name = role_of(item)
    return pim.privilege(item).name if name.startswith(("role ", "a role ")) else name


_RULES: dict[str, _Asked] = {"mfa": _mfa, "justification": _justification, "approval": _approval}
_CONTROLS = {
    "mfa": ("A.8.2", "A.8.5"),
    "justification": ("A.8.2",),
    "approval": ("A.5.3", "A.8.2"),
}
_REMEDIES = {
    "mfa": "on activation, require Azure MFA, or a context with a Conditional Access policy",
    "justification": "require justification on activation",
    "approval": "require approval to activate",
}
