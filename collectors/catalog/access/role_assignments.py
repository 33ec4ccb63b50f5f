"""Role assignments: how many owners, who holds privilege for good, and home-made roles.

Resource Graph shows an activation that is under way like any other assignment: a person whose
activation runs at the hour of the snapshot appears here. `access.pim_azure` tells the two apart.
"""

from collections.abc import Iterable, Mapping

from collectors.kit import (
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
from collectors.kit.roles import AZURE_PRIVILEGED, OWNER, role_id


def owners_limit(assignments: Population, expectations: Expectations) -> Mapping[str, Verdict]:
    """Few owners on the subscription itself. Subject: the subscription."""
    wanted = expectations["max_owners"]
    by_subscription: dict[str, list[Item]] = {}
    for assignment in assignments:
        if (subscription := _subscription(assignment)) is not None:
            by_subscription.setdefault(subscription, []).append(assignment)
    placeless = sum(1 for item in assignments if not isinstance(item["properties.scope"], str))
    return {
        subscription: _few_owners(held, placeless, wanted)
        for subscription, held in by_subscription.items()
    } or ({str(assignments.scope): _unplaced(placeless)} if placeless else {})


def _subscription(assignment: Item) -> str | None:
    """The subscription, when the assignment is on exactly that."""
    scope = assignment["properties.scope"]
    parts = scope.rstrip("/").lower().split("/") if isinstance(scope, str) else []
    return parts[2] if len(parts) == 3 and parts[1] == "subscriptions" else None


def _few_owners(held: Iterable[Item], placeless: int, wanted: int) -> Verdict:
    roles = [role_id(item["properties.roleDefinitionId"]) for item in held]
    owners, unnamed = roles.count(OWNER), roles.count(None)
    if owners > wanted:
        return failed(f"Owner assignments: {owners}, at most {wanted} are expected")
    if placeless:
        return _unplaced(placeless)
    if unnamed:
        return unknown(f"assignments without a role in Azure's answer: {unnamed}")
    return passed(f"Owner assignments: {owners}, at most {wanted} are expected")


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
            return passed(f"{shown or 'a role without privilege'} is held by a {kind}")
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
    actions = [action for permission in permissions for action in permission["actions"]]
    wide = [a for a in actions if "*" in a and not a.lower().endswith("/read")]
    if wide:
        return failed(f"the role {name} allows {wide[0]}, which also covers what comes later")
    return passed(f"the role {name} names each action that it allows")


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
    },
    checks=(
        Check(
            id="owners_limit",
            title="Subscriptions have few owners",
            on="assignments",
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
