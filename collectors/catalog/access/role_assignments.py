"""Role assignments: how many owners, who holds privilege for good, and home-made roles.

Resource Graph shows an activation that is under way like any other assignment: a person whose
activation runs at the hour of the snapshot appears here. `access.pim_azure` tells the two apart.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit import (
    Arm,
    Check,
    Collector,
    Expectations,
    Item,
    Owner,
    Population,
    ResourceGraph,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.naming import role_of
from collectors.kit.roles import AZURE_PRIVILEGED, OWNER, role_id

ABOVE, BELOW = "/", "below"
EVERYWHERE = " (of any management group, or the root)"


def owners_limit(assignments: Population, expectations: Expectations) -> Mapping[str, Verdict]:
    """Few owners of a subscription, by its own assignments and by those it inherits.

    Subject: every subscription that is listed or that an assignment names. The tree of management
    groups is not read: an owner of any of them counts for every subscription.
    """
    wanted = expectations["max_owners"]
    given = Counter(
        (_place(item["properties.scope"]), role_id(item["properties.roleDefinitionId"]))
        for item in assignments
    )
    listed = {item.subscription_id for item in assignments.siblings["subscriptions"]}
    named = {_subscription(item["properties.scope"]) for item in assignments}
    subjects = sorted(one for one in listed | named if one)
    placeless = sum(count for (place, _), count in given.items() if place is None)
    return {one: _few_owners(one, given, placeless, wanted) for one in subjects} or (
        {str(assignments.scope): _unplaced(placeless)} if placeless else {}
    )


def _place(scope: object) -> str | None:
    """What an assignment is on: a subscription's id, ABOVE, BELOW, or None when none is named."""
    parts = scope.rstrip("/").lower().split("/") if isinstance(scope, str) and scope else None
    match parts:
        case None:
            return None
        case [""] | ["", "providers", "microsoft.management", "managementgroups", _]:
            return ABOVE
        case ["", "subscriptions", subscription]:
            return subscription
        case _:
            return BELOW


def _subscription(scope: object) -> str | None:
    """The subscription that an assignment is on or in."""
    match scope.lower().split("/") if isinstance(scope, str) else []:
        case ["", "subscriptions", subscription, *_]:
            return subscription
        case _:
            return None


def _few_owners(
    subscription: str,
    given: Mapping[tuple[str | None, str | None], int],
    placeless: int,
    wanted: int,
) -> Verdict:
    own, inherited = given.get((subscription, OWNER), 0), given.get((ABOVE, OWNER), 0)
    unnamed = given.get((subscription, None), 0) + given.get((ABOVE, None), 0)
    told = f"Owner assignments: {own} of its own, {inherited} inherited"
    said = f"{told}{EVERYWHERE if inherited else ''}; at most {wanted} are expected"
    if own + inherited > wanted:
        return failed(said)
    if placeless:
        return _unplaced(placeless)
    if unnamed:
        return unknown(f"assignments without a role in Azure's answer: {unnamed}")
    return passed(said)


def _unplaced(count: int) -> Verdict:
    return unknown(f"assignments without a scope in Azure's answer: {count}")


def privileged_to_people(assignment: Item, _: Expectations) -> Verdict:
    """People activate privilege when they need it (PIM), they do not hold it."""
    role = role_id(assignment["properties.roleDefinitionId"])
    if role is None:
        return unknown("Azure returned no role of the assignment")
    shown = AZURE_PRIVILEGED.get(role)
    match assignment["properties.principalType"]:
        case "User" if shown:
            who = assignment["properties.principalId"]
            return failed(f"the person {who} holds {shown} for good, without activating it")
        case str() as kind:
            return passed(f"{role_of(assignment)} is held by a {kind}")
        case _:
            return unknown("Azure returned no principalType")


def may_be_custom(definition: Item) -> bool:
    """Roles the organisation made, and those of which Azure did not say who made them."""
    return bool(definition["properties.type"] != "BuiltInRole")


def custom_role_wildcard(definition: Item, _: Expectations) -> Verdict:
    """A home-made role names what it allows; wildcards for reading are fine."""
    name = definition["properties.roleName"] or definition.name
    permissions = definition["properties.permissions"]
    if not permissions or definition["properties.type"] != "CustomRole":
        return unknown("Azure returned no type or no permissions of the role")
    wide = [w for permission in permissions for w in _wildcards(permission)]
    if wide:
        return failed(f"the role {name} allows {wide[0]}, which also covers what comes later")
    return passed(f"the role {name} names each action that it allows")


def _wildcards(permission: Mapping[str, Any]) -> Iterator[str]:
    """Actions that leave open what they allow. To read all data is wide, to read settings not."""
    for action in permission["actions"]:
        if "*" in action and not action.lower().endswith("/read"):
            yield action
    for action in permission["dataActions"]:
        if "*" in action and (action.startswith("*") or not action.lower().endswith("/read")):
            yield f"{action} on data"


COLLECTOR = Collector(
    id="access.role_assignments",
    title="Azure role assignments and definitions",
    reads={
        "assignments": ResourceGraph(
            table="authorizationresources",
            types=("microsoft.authorization/roleassignments",),
            needs=("Microsoft.Authorization/roleAssignments/read",),
        ),
        "definitions": ResourceGraph(
            table="authorizationresources",
            types=("microsoft.authorization/roledefinitions",),
            needs=("Microsoft.Authorization/roleDefinitions/read",),
        ),
        "subscriptions": Arm(
            path="/subscriptions",
            api_version="2022-12-01",
            per="tenant",
            needs=("Microsoft.Resources/subscriptions/read",),
        ),
    },
    checks=(
        Check(
            id="owners_limit",
            title="Subscriptions have few owners",
            on="assignments",
            uses=("subscriptions",),
            judge_all=owners_limit,
            controls=("A.5.15", "A.8.2"),
            expectation="max_owners",
            remedy="az role assignment delete --role Owner --assignee <id> --scope <subscription>",
            owner=Owner.SECURITY,
        ),
        Check(
            id="privileged_to_people",
            title="No person holds a privileged role for good",
            on="assignments",
            judge=privileged_to_people,
            controls=("A.5.18", "A.8.2"),
            remedy=(
                "Azure portal > Privileged Identity Management > Azure resources > <scope> >"
                " Assignments: make it eligible, then remove the active assignment"
            ),
            owner=Owner.SECURITY,
        ),
        Check(
            id="custom_role_wildcard",
            title="Custom roles name each action they allow",
            on="definitions",
            when=may_be_custom,
            judge=custom_role_wildcard,
            controls=("A.5.3", "A.8.2"),
            remedy="az role definition update --role-definition <file that names each action>",
            owner=Owner.SECURITY,
        ),
    ),
)
