"""Names for people: Azure calls a role assignment or a policy by ids alone."""

from collections.abc import Iterable, Iterator

from collectors.kit.access.roles import ROLES, role_name
from collectors.kit.spec import Item

LONGEST = 80
"""Characters of a name; Azure allows custom roles 512."""
_SUBSCRIPTION_SLASHES = 2
"""Of /subscriptions/<id>."""


def shown_name(item: Item) -> str:
    """What people call an item: a role by its name, an assignment by role and holder."""
    if item.parent is not None and item.parent.id == item.id:
        return shown_name(item.parent)
    own = _text(item, "properties.roleName")
    if own is not None:
        return own
    if not _has_role(item):
        return item.name_shown
    return ", ".join((role_of(item), *_beside(item)))


def shown_names(items: Iterable[Item]) -> dict[str, str]:
    """Names, by id, of the subscriptions that share theirs with another: told apart by id."""
    by_name: dict[str, list[Item]] = {}
    for item in items:
        if item.id.count("/") == _SUBSCRIPTION_SLASHES and item.subscription_id:
            by_name.setdefault(shown_name(item), []).append(item)
    return {
        item.id: f"{name} ({item.id.rsplit('/', 1)[-1]})"
        for name, namesakes in by_name.items()
        if len(namesakes) > 1
        for item in namesakes
    }


def role_of(item: Item) -> str:
    """Name of the role that an assignment, an eligibility or a policy is about."""
    for path in (
        "properties.policyAssignmentProperties.roleDefinition.displayName",
        "properties.expandedProperties.roleDefinition.displayName",
        "roleDefinition.displayName",
    ):
        if (found := _text(item, path)) is not None:
            return found
    return role_name(item["properties.roleDefinitionId"] or item["roleDefinitionId"], ROLES)


def _has_role(item: Item) -> bool:
    return bool(item["properties.roleDefinitionId"] or item["roleDefinitionId"])


def _beside(item: Item) -> Iterator[str]:
    """Who holds the role, or where the policy rules."""
    for path in (
        "properties.expandedProperties.principal.displayName",
        "principal.displayName",
        "properties.principalId",
        "principalId",
        "properties.policyAssignmentProperties.scope.displayName",
        "properties.scope",
    ):
        if (found := _text(item, path)) is not None:
            yield found
            return


def _text(item: Item, path: str) -> str | None:
    value = item[path]
    return value.strip()[:LONGEST] if isinstance(value, str) and value.strip() else None
