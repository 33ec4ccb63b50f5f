"""Who holds which Azure role, where, and for how long: decided once, shown in two lists.

Resource Graph lists every assignment; Privileged Identity Management lists the same ones with their
end, and says which are activations. Kinds of holders are those that Azure knows:
https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-scope
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from simulator.tenant.access.custom_roles import CustomRole, custom_roles
from simulator.tenant.access.roles import BUILT_IN, MODEST, OWNER, PRIVILEGED, PROVIDER
from simulator.tenant.estate import management_groups
from simulator.tenant.estate.dates import millis, ticks, zulu
from simulator.tenant.estate.estate import Estate, Subscription
from simulator.tenant.identity import people

STANDING = "access.pim_azure.no_standing_access"
EXISTS = "identity.principals.azure_holders_exist"
OWNERS = "access.role_assignments.owners_limit"
FAR = (None, None, "2099-12-31T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00Z")
"""Ends that are none: never set, so far away that nobody sees them, and .NET's empty date."""
ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"


class Grant(NamedTuple):
    """A role somebody has at a scope, before it is known who."""

    subscription: Subscription | None
    """None above all subscriptions: at a management group or the root."""
    scope: str
    role: str
    id: str
    privileged: bool
    name: str
    """Of the role."""


class Held(NamedTuple):
    """A grant with its holder and its end."""

    grant: Grant
    kind: str
    """`principalType`, as the assignment tells it."""
    principal: str
    gone: bool
    """Nobody of that id exists any more."""
    people: bool | None
    """Whether a person holds it, themselves or in a group; None where that cannot be known."""
    how: str
    """standing, limited or activated."""
    start: str
    end: str | None


def hold(estate: Estate) -> tuple[Held, ...]:
    """Every assignment of the tenant."""
    dice = estate.dice
    grants = tuple(_grants(estate))
    standing = dice.bad(STANDING, [one.id for one in grants if one.privileged], share=0.3)
    gone = dice.bad(EXISTS, [one.id for one in grants], share=0.05)
    odd = _odd(estate, grants)
    held = [
        _held(estate, one, odd.get(one.id), lasting=one.id in standing, gone=one.id in gone)
        for one in grants
    ]
    return tuple(_apart(estate, held))


def _apart(estate: Estate, held: list[Held]) -> Iterator[Held]:
    """Owners of a crowd are as many as their assignments; elsewhere one may own by several."""
    full = crowded(estate)
    owning = {OWNER, *(role.guid for role in custom_roles(estate) if role.allowed.grants)}
    above = {one.principal for one in held if one.grant.subscription is None}
    taken = {one: set(above) for one in full}
    for one in held:
        there = one.grant.subscription
        owners = taken.get(there.id) if there and one.grant.scope == there.scope else None
        if owners is None or one.grant.role not in owning:
            yield one
            continue
        apart = one
        if one.principal in owners:
            everybody = (people.person(estate.dice, n) for n in range(len(people.PEOPLE)))
            free = next(who for who in everybody if who not in owners)
            apart = one._replace(kind="User", principal=free, people=True)
        owners.add(apart.principal)
        yield apart


def _odd(estate: Estate, grants: tuple[Grant, ...]) -> dict[str, str]:
    """Two kinds of holders that are rare, and that every tenant has."""
    privileged = [one.id for one in grants if one.privileged]
    privileged.sort(key=lambda one: estate.dice.share("odd holder", one))
    return dict(zip(privileged, ("ForeignGroup", "Device"), strict=False))


def crowded(estate: Estate) -> set[str]:
    """Subscriptions with too many owners."""
    return estate.dice.bad(OWNERS, [one.id for one in estate.subscriptions])


def _held(estate: Estate, one: Grant, odd: str | None, *, lasting: bool, gone: bool) -> Held:
    dice = estate.dice
    how = "standing" if lasting or not one.privileged else _how(estate, one)
    start, end = _span(estate, one, how)
    if gone:
        kind = dice.pick(("User", "Group", "ServicePrincipal", "Unknown"), "gone", one.id)
        return Held(one, kind, dice.guid("gone", one.id), True, None, how, start, end)
    kind, principal, person = _someone(estate, one, odd or _kind(estate, one, how))
    return Held(one, kind, principal, False, person, how, start, end)


def _how(estate: Estate, one: Grant) -> str:
    return "activated" if estate.dice.share("activated", one.id) < 0.4 else "limited"


def _span(estate: Estate, one: Grant, how: str) -> tuple[str, str | None]:
    """Start and end, in the forms that Azure was seen to write."""
    dates, dice = estate.dates, estate.dice
    if how == "activated":
        return millis(dates.midnight), millis(dates.midnight + timedelta(days=1))
    if how == "standing":
        start = dates.past(dice.number(200, 700, "assigned", one.id))
        return ticks(start), dice.pick(FAR, "far", one.id)
    start = dates.renewed(dice.number(0, 89, "renewal", one.id))
    end = start + timedelta(days=150)
    form = dice.pick((millis, ticks, zulu), "form", one.id)
    written = form(end)
    zoneless = dice.share("zone", one.id) < 0.1
    return ticks(start), written.removesuffix("Z") if zoneless else written


def _kind(estate: Estate, one: Grant, how: str) -> str:
    """Who holds it: nobody but people and groups of people can activate a role."""
    dice = estate.dice
    if how != "standing":
        return dice.pick(("User", "User", "people"), "lent to", one.id)
    return dice.pick(("User", "people", "services", "ServicePrincipal"), "holder", one.id)


def _someone(estate: Estate, one: Grant, kind: str) -> tuple[str, str, bool | None]:
    dice = estate.dice
    match kind:
        case "User":
            index = dice.number(0, len(people.PEOPLE) - 1, "who", one.id)
            return "User", people.person(dice, index), True
        case "people":
            name = dice.pick(people.WITH_PEOPLE, "who", one.id)
            return "Group", people.group(dice, name), True
        case "services":
            name = dice.pick(people.WITHOUT_PEOPLE, "who", one.id)
            return "Group", people.group(dice, name), False
        case "ServicePrincipal":
            index = dice.number(0, len(people.SERVICES) - 1, "who", one.id)
            return "ServicePrincipal", people.service(dice, index), False
        case "Device":
            return "Device", people.device(dice), None
        case _:
            return "ForeignGroup", dice.guid("partner group", one.id), None


def _grants(estate: Estate) -> Iterator[Grant]:
    full = crowded(estate)
    own = custom_roles(estate)
    for one in estate.subscriptions:
        here = [role for role in own if role.scope == one.scope]
        yield from _in_subscription(estate, one, here, crowd=one.id in full)
    root = management_groups.scope(estate.tenant_id)
    labs = management_groups.scope(management_groups.LABS)
    for scope, guid in ((root, OWNER), (labs, OWNER), ("/", ACCESS_ADMINISTRATOR)):
        yield _grant(estate, None, scope, guid, 0)


def _in_subscription(
    estate: Estate, one: Subscription, own: list[CustomRole], *, crowd: bool
) -> Iterator[Grant]:
    """With those inherited, 3 owners are enough and 4 or more a crowd; a group's do not count."""
    dice = estate.dice
    above = 1 + (management_groups.group_of(one) == management_groups.LABS)
    wanted = dice.number(4, 6, "crowd", one.id) if crowd else dice.number(above, 3, "few", one.id)
    makers = [role for role in own if role.allowed.grants]
    owners: list[str | CustomRole] = [OWNER] * (wanted - above)
    if makers and owners:
        owners[0] = makers[0]
    for index, role in enumerate(owners):
        yield _grant(estate, one, one.scope, role, index)
    for guid in BUILT_IN:
        if guid != OWNER:
            yield _grant(estate, one, one.scope, guid, 0)
    for place in estate.places:
        if place.subscription == one:
            yield _grant(estate, one, place.group_id, OWNER, 0)
            yield _grant(estate, one, place.group_id, next(iter(MODEST)), 0)
            for role in own:
                yield _grant(estate, one, place.group_id, role, 0)


def _grant(
    estate: Estate, one: Subscription | None, scope: str, role: str | CustomRole, index: int
) -> Grant:
    guid = role if isinstance(role, str) else role.guid
    title = BUILT_IN[role][0] if isinstance(role, str) else role.name
    privileged = role in PRIVILEGED if isinstance(role, str) else role.allowed.privileged
    name = estate.dice.guid("assignment", scope, guid, index)
    identity = f"{scope.rstrip('/')}/{PROVIDER}/RoleAssignments/{name}"
    return Grant(one, scope, guid, identity, privileged, title)
