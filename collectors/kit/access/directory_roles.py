"""Entra ID roles: privileged as Microsoft marks the built-in ones, and as custom ones allow.

https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions
https://learn.microsoft.com/graph/api/resources/unifiedroledefinition
"""

from collections.abc import Mapping
from typing import Any

from collectors.kit.access.directory_role_ids import DIRECTORY_OTHERS, DIRECTORY_PRIVILEGED
from collectors.kit.access.privilege import Privilege
from collectors.kit.beside import Beside

PRIVILEGED_ACTIONS = frozenset(
    {
        "microsoft.directory/applications/allproperties/alltasks",
        "microsoft.directory/applications/appRoles/update",
        "microsoft.directory/applications/credentials/update",
        "microsoft.directory/applications/permissions/update",
        "microsoft.directory/applications/owners/update",
        "microsoft.directory/applications.myOrganization/allProperties/update",
        "microsoft.directory/applications.myOrganization/credentials/update",
        "microsoft.directory/applications.myOrganization/owners/update",
        "microsoft.directory/applications.myOrganization/permissions/update",
        "microsoft.directory/applications/allProperties/update",
        "microsoft.directory/conditionalAccessPolicies/allProperties/allTasks",
        "microsoft.directory/conditionalAccessPolicies/basic/update",
        "microsoft.directory/conditionalAccessPolicies/create",
        "microsoft.directory/conditionalAccessPolicies/delete",
        "microsoft.directory/deviceLocalCredentials/password/read",
        "microsoft.directory/devices/bitLockerKeys/read",
        "microsoft.directory/bitlockerKeys/key/read",
        "microsoft.directory/groupsAssignableToRoles/allProperties/update",
        "microsoft.directory/groupsAssignableToRoles/members/update",
        "microsoft.directory/groupsAssignableToRoles/owners/update",
        "microsoft.directory/roleAssignments/allProperties/allTasks",
        "microsoft.directory/roleDefinitions/allProperties/allTasks",
        "microsoft.directory/servicePrincipals/allProperties/update",
        "microsoft.directory/servicePrincipals/appRoleAssignedTo/update",
        "microsoft.directory/servicePrincipals/appRoleAssignments/update",
        "microsoft.directory/servicePrincipals/credentials/update",
        "microsoft.directory/servicePrincipals/owners/update",
        "microsoft.directory/servicePrincipals/permissions/update",
        "microsoft.directory/users/authenticationMethods/create",
        "microsoft.directory/users/authenticationMethods/delete",
        "microsoft.directory/users/authenticationMethods/basic/update",
        "microsoft.directory/users/password/update",
        "microsoft.directory/users/userPrincipalName/update",
        "microsoft.directory/users/invalidateAllRefreshTokens",
        "microsoft.directory/users/disable",
    }
)
"""Actions by which somebody comes to another's rights, or to rights of their own choosing."""
_PRIVILEGED = frozenset(action.lower() for action in PRIVILEGED_ACTIONS)


def directory_privilege(definition: object, definitions: Beside) -> Privilege:
    """What is known of an Entra ID role, by its id or by its definition. Never raises."""
    own = definition.lower() if isinstance(definition, str) else ""
    if own in DIRECTORY_PRIVILEGED:
        return Privilege(held=True, name=DIRECTORY_PRIVILEGED[own])
    if own in DIRECTORY_OTHERS:
        return Privilege(held=False, name=DIRECTORY_OTHERS[own])
    described = definitions.items.get(own)
    if described is None or described.disputed:
        return Privilege(held=None, name=f"role {own}" if own else "a role without id")
    name = described["displayName"]
    shown = name if isinstance(name, str) and name else f"role {own}"
    held = None if described["isBuiltIn"] is not False else _held(described["rolePermissions"])
    return Privilege(held=held, name=shown)


def _held(permissions: Any) -> bool | None:
    """Of a custom role: a known action makes it privileged, nothing but reading does not."""
    actions = _actions(permissions)
    if actions is None:
        return None
    if any(action in _PRIVILEGED for action in actions):
        return True
    return False if all(_only_reads(action) for action in actions) else None


def _actions(permissions: Any) -> list[str] | None:
    if not isinstance(permissions, list) or not permissions:
        return None
    found: list[str] = []
    for one in permissions:
        allowed = one.get("allowedResourceActions") if isinstance(one, Mapping) else None
        if not isinstance(allowed, list) or not all(isinstance(a, str) for a in allowed):
            return None
        found += [action.lower() for action in allowed]
    return found or None


def _only_reads(action: str) -> bool:
    secret = ("password", "bitlocker", "credential", "key")
    return action.endswith("/read") and not any(word in action for word in secret)
