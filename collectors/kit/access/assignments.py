"""An Azure role assignment and what Privileged Identity Management says of it.

https://learn.microsoft.com/rest/api/authorization/role-assignment-schedule-instances/list-for-scope
"""

from datetime import timedelta

from collectors.kit.access.roles import role_id
from collectors.kit.access.standing import LONGEST_ACTIVATION, privilege_is_lent
from collectors.kit.beside import Beside, NotSeenError
from collectors.kit.spec import Expectations, Gap, Item, Status, Verdict
from collectors.kit.values.arm_ids import subscription_path
from collectors.kit.values.instants import instant

ORIGIN = "properties.originRoleAssignmentId"
HOLDER = "properties.principalId"
WORST = (Status.FAIL, Status.UNKNOWN, Status.PASS)


def standing_of(assignment: Item, role: str, expectations: Expectations) -> Verdict | None:
    """What the schedules of an assignment make of it; None where it has none, and stands for good.

    Of several the worst counts: who activates a role holds it for good all the same if another
    schedule gives it for good.

    Where the schedules of its scope could not be seen, an assignment older than the longest time
    stands for good whatever they say; of a younger one it is not known, and NotSeenError raised.
    """
    active = assignment.near("active")
    lent = [
        privilege_is_lent(instance["properties"], role, expectations)
        for instance in _instances(assignment, active)
    ]
    if lent:
        return min(lent, key=lambda one: WORST.index(one.status))
    age, longest = (
        _age(assignment, expectations),
        timedelta(days=expectations["standing_access_days"]),
    )
    reason = _unseen(assignment, active)
    if reason is not None and (age is None or age <= longest):
        raise NotSeenError(reason)
    if age is not None and age <= LONGEST_ACTIVATION:
        raise NotSeenError(f"{role} was given within a day, and PIM does not list how")
    return None


def _unseen(assignment: Item, active: Beside) -> str | None:
    """Why the schedules of an assignment may be missing from what was seen; None if they are not.

    The lists name what was assigned without PIM, too: where all are empty, none was really told.
    """
    hidden = _hidden(assignment, active)
    if hidden is not None:
        return f"could not be seen: {hidden.kind.value}, {hidden.detail}"
    if _is_unasked(assignment):
        return "could not be seen: no list of PIM was asked where it was given"
    subscriptions = assignment.near("subscriptions")
    listed = assignment.near("containers").seen or subscriptions.seen or subscriptions.gap
    if listed and not active.seen:
        return "could not be seen: PIM listed no assignment at all"
    return None


def _is_unasked(assignment: Item) -> bool:
    """Whether it was given above the subscriptions, at a place that no list of places names.

    A connection that names subscriptions asks Resource Graph about those alone.
    """
    scope = assignment["properties.scope"]
    places = assignment.near("containers").seen
    if not isinstance(scope, str) or not places or subscription_path(scope) is not None:
        return False
    place = scope.lower().rstrip("/")  # empty: the root of the tenant, told with any group
    groups = [one.id.lower() for one in places if subscription_path(one.id) is None]
    return place not in groups if place else not groups


def _age(assignment: Item, expectations: Expectations) -> timedelta | None:
    created = instant(assignment["properties.createdOn"])
    return None if created is None else expectations.as_of - created


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
