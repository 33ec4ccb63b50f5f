"""An Azure role assignment and what Privileged Identity Management says of it.

https://learn.microsoft.com/rest/api/authorization/role-assignment-schedule-instances/list-for-scope
"""

from datetime import timedelta

from collectors.kit.beside import Beside, NotSeenError
from collectors.kit.instants import instant
from collectors.kit.roles import role_id
from collectors.kit.spec import Expectations, Gap, Item, Verdict
from collectors.kit.standing import privilege_is_lent

ORIGIN = "properties.originRoleAssignmentId"
HOLDER = "properties.principalId"


def standing_of(assignment: Item, role: str, expectations: Expectations) -> Verdict | None:
    """What the schedule of an assignment makes of it; None where it has none, and stands for good.

    Where the schedules of its scope could not be seen, an assignment older than the longest time
    stands for good whatever they say; of a younger one it is not known, and NotSeenError raised.
    """
    active = assignment.near("active")
    for instance in _instances(assignment, active):
        return privilege_is_lent(instance["properties"], role, expectations)
    hidden = _hidden(assignment, active)
    if hidden is not None and not _too_old(assignment, expectations):
        raise NotSeenError(f"could not be seen: {hidden.kind.value}, {hidden.detail}")
    return None


def _too_old(assignment: Item, expectations: Expectations) -> bool:
    created = instant(assignment["properties.createdOn"])
    longest = timedelta(days=expectations["standing_access_days"])
    return created is not None and expectations.as_of - created > longest


def _instances(assignment: Item, active: Beside) -> tuple[Item, ...]:
    """Schedule instances of this very assignment, else of this role, scope and holder."""
    found = active.having(ORIGIN, assignment.id)
    if found:
        return found
    holder = assignment[HOLDER]
    theirs = active.having(HOLDER, holder) if isinstance(holder, str) else ()
    return tuple(one for one in theirs if _grant(one) == _grant(assignment))


def _grant(item: Item) -> tuple[str | None, str]:
    scope = item["properties.scope"]
    return role_id(item["properties.roleDefinitionId"]), str(scope).rstrip("/").lower()


def _hidden(assignment: Item, active: Beside) -> Gap | None:
    scope = str(assignment["properties.scope"]).rstrip("/").lower()
    parts = scope.split("/")
    asked = "/".join(parts[:3]) if parts[1:2] == ["subscriptions"] else scope
    if asked in active.hidden:
        return active.hidden[asked]
    return active.gap or (None if asked else next(iter(active.hidden.values()), None))
