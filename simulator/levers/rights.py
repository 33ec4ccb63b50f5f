"""What the collecting identity may read: everything, but for what was withdrawn.

Azure adds up what roles allow and takes nothing away below; who lost a group while keeping its
subscription met a deny assignment, who lost more holds other assignments than before.
https://learn.microsoft.com/azure/role-based-access-control/overview
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulator.levers.document import LeverError, arm_id, inside, read, scope_of
from simulator.levers.graph_permissions import GRANTED

ALL = "*"
READS = "*/read"
"""What the role Reader allows."""
_KEYS = {
    "everything": bool,
    "subscription": str,
    "group": str,
    "resource": str,
    "scope": str,
    "type": str,
    "action": str,
    "permission": str,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawal:
    """One right taken away."""

    scope: str = ""
    """Lower-case ARM id at and below which it is gone; empty: everywhere."""
    action: str | None = None
    """Pattern of Azure actions (`Microsoft.Sql/servers/*`), `*` for all; None: no Azure action."""
    permission: str | None = None
    """Application permission of Microsoft Graph, `*` for all; None: none."""


def parse_withdrawal(document: Any) -> Withdrawal:
    """A withdrawal from JSON. Raises LeverError.

    `type` takes what lies below it too ("Microsoft.Sql" or "Microsoft.Sql/servers"), `action` is
    exact, and both may stand with one of `subscription`, `group`, `resource` and `scope`.
    """
    told = read(document, _KEYS)
    if told.get("everything"):
        return Withdrawal(action=ALL, permission=ALL)
    if "permission" in told:
        wanted = str(told["permission"])
        if len(told) > 1:
            raise LeverError("a permission of Microsoft Graph is withdrawn by itself")
        if wanted not in (ALL, *GRANTED):
            raise LeverError(f"the identity does not hold {wanted!r}; it holds {sorted(GRANTED)}")
        return Withdrawal(permission=wanted)
    if "type" in told and "action" in told:
        raise LeverError("a lever takes a type or an action, and not both")
    scope = scope_of(told)
    if "type" in told:
        return Withdrawal(scope=scope, action=f"{str(told['type']).strip('/')}/*")
    if "action" in told:
        return Withdrawal(scope=scope, action=str(told["action"]))
    if not scope:
        raise LeverError(f"a withdrawal names what is taken: some of {sorted(_KEYS)}")
    return Withdrawal(scope=scope, action=ALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rights:
    """What is left to read."""

    withdrawn: tuple[Withdrawal, ...] = ()

    def allows(self, action: str, scope: str) -> bool:
        """Whether the identity may do it (an action that reads) at this ARM id."""
        here = arm_id(scope)
        return not any(
            inside(here, one.scope) and matches(one.action, action)
            for one in self.withdrawn
            if one.action is not None
        )

    def grants(self, permission: str) -> bool:
        """Whether the identity has this application permission of Microsoft Graph."""
        return not any(one.permission in (ALL, permission) for one in self.withdrawn)

    @property
    def granted(self) -> tuple[str, ...]:
        """Every application permission of Microsoft Graph that is left."""
        return tuple(one for one in GRANTED if self.grants(one))

    def taken(self, scope: str) -> tuple[str, ...]:
        """Patterns of the actions that are gone at this ARM id."""
        here = arm_id(scope)
        gone = {
            one.action
            for one in self.withdrawn
            if one.action is not None and inside(here, one.scope)
        }
        return tuple(sorted(gone))

    def permissions(self, scope: str) -> list[dict[str, Any]]:
        """Elements of `{scope}/providers/Microsoft.Authorization/permissions`."""
        taken = self.taken(scope)
        if ALL in taken:
            return []
        return [
            {
                "actions": [READS],
                "notActions": list(taken),
                "dataActions": [],
                "notDataActions": [],
            }
        ]


def matches(pattern: str, action: str) -> bool:
    """Whether a pattern covers an action: an asterisk stands for any text, slashes included."""
    return _compiled(pattern.lower()).fullmatch(action.lower()) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))
