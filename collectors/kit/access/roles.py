"""Azure roles: privileged is what a role's definition allows, whoever made it.

Microsoft's own roles are known by their ids, also where no definition was read; of any other role
the definition decides, computed as Azure does: `actions` without `notActions`, wildcards stand for
anything, letter case means nothing.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged
https://learn.microsoft.com/azure/role-based-access-control/role-definitions
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from collectors.kit.access.directory_role_ids import DIRECTORY_ROLES
from collectors.kit.access.privilege import Privilege
from collectors.kit.beside import Beside
from collectors.kit.spec import Item

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"

AZURE_PRIVILEGED: Mapping[str, str] = MappingProxyType(
    {
        OWNER: "Owner",
        CONTRIBUTOR: "Contributor",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
        "a8889054-8d42-49c9-bc1c-52486c10e7cd": "Reservations Administrator",
    }
)
AZURE_OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
        "73c42c96-874c-492b-b04d-ab87d138a893": "Log Analytics Reader",
        "92aaf0da-9dab-42b6-94a3-d43ce8d16293": "Log Analytics Contributor",
        "39bc4728-0917-49c7-9d2c-d95423bc2eb4": "Security Reader",
        "fb1c8493-542b-48eb-b624-b4c8fea62acd": "Security Admin",
        "43d0d8ad-25c7-4714-9337-8ba259a9fe05": "Monitoring Reader",
        "749f88d5-cbae-40b8-bcfc-e573ddc772fa": "Monitoring Contributor",
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c": "Virtual Machine Contributor",
        "4d97b98b-1d4f-4787-a291-c67834d212e7": "Network Contributor",
        "17d1049b-9a84-46fb-8f53-869881c3d3ab": "Storage Account Contributor",
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
        "21090545-7ca7-4776-b22c-e363652d74d2": "Key Vault Reader",
        "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    }
)
ROLES: Mapping[str, str] = MappingProxyType({**AZURE_OTHERS, **AZURE_PRIVILEGED, **DIRECTORY_ROLES})
"""Every role known by name, in Azure and in Entra ID."""

GRANTING = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
    "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
)
"""Each of these gives a role to somebody: to its holder, too."""
RULING = (
    "Microsoft.Authorization/roleDefinitions/write",
    "Microsoft.Authorization/roleManagementPolicies/write",
    "Microsoft.Authorization/elevateAccess/action",
)
"""Each of these changes what a role allows, what activating it demands, or raises its holder above
all subscriptions."""
ANYTHING = ("Microsoft.AnyProvider/anyResources/write", "Microsoft.Compute/virtualMachines/write")
"""Two actions with nothing in common: what allows both stands for every provider."""
BUILT_IN, CUSTOM = "BuiltInRole", "CustomRole"
DEFINITION = "/providers/microsoft.authorization/roledefinitions/"


def role_id(definition: object) -> str | None:
    """The role's own id, in lower case, from a bare or a full `roleDefinitionId`; None if none."""
    if not isinstance(definition, str) or not definition:
        return None
    found = definition.rstrip("/").rsplit("/", 1)[-1].lower()
    return None if found in ("", "roledefinitions") else found


def role_name(definition: object, known: Mapping[str, str]) -> str:
    """Name of a role for people; its id when it is not one of the known ones."""
    found = role_id(definition)
    return "a role without id" if found is None else known.get(found, f"role {found}")


def azure_privilege(definition: object, definitions: Beside) -> Privilege:
    """What is known of an Azure role, by its id or by its definition. Never raises."""
    found = role_id(definition) or ""
    if found in AZURE_PRIVILEGED:
        return Privilege(held=True, name=AZURE_PRIVILEGED[found], grants=found != CONTRIBUTOR)
    if found in AZURE_OTHERS:
        return Privilege(held=False, name=AZURE_OTHERS[found], grants=False)
    described = definitions.items.get(f"{DEFINITION}{found}") or next(
        iter(definitions.having("name", found)), None
    )
    if described is None or described.disputed:
        return Privilege(held=None, name=role_name(definition, ROLES))
    return privilege_of(described)


def privilege_of(definition: Item) -> Privilege:
    """What a definition allows; nothing is known of one that does not list its actions."""
    name = definition["properties.roleName"]
    shown = name if isinstance(name, str) and name else role_name(definition.id, ROLES)
    permissions = definition["properties.permissions"]
    if not isinstance(permissions, list) or not permissions:
        return Privilege(held=None, name=shown)
    allowed = [_allowed(one) for one in permissions]
    known = [one for one in allowed if one is not None]
    grants = any(_allows(one, GRANTING) for one in known)
    rules = any(_allows(one, RULING) or _allows_all(one, ANYTHING) for one in known)
    if len(known) < len(allowed):
        return Privilege(held=True if grants or rules else None, name=shown, grants=grants or None)
    return Privilege(held=grants or rules, name=shown, grants=grants)


_Allowed = tuple[tuple[str, ...], tuple[str, ...]]
"""Actions, and actions taken away."""


def _allowed(permission: Any) -> _Allowed | None:
    if not isinstance(permission, Mapping):
        return None
    actions, taken = permission.get("actions"), permission.get("notActions")
    taken = [] if taken is None else taken  # null is "never set"
    for listed in (actions, taken):
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            return None
    return tuple(actions or ()), tuple(taken)


def _allows(allowed: _Allowed, wanted: Iterable[str]) -> bool:
    return any(may(*allowed, one) for one in wanted)


def _allows_all(allowed: _Allowed, wanted: Iterable[str]) -> bool:
    return all(may(*allowed, one) for one in wanted)


@lru_cache(maxsize=65_536)
def may(actions: tuple[str, ...], taken: tuple[str, ...], action: str) -> bool:
    """Whether actions, less those taken away, cover one; letter case means nothing."""
    return _covered(actions, action) and not _covered(taken, action)


def _covered(patterns: tuple[str, ...], action: str) -> bool:
    return any(_pattern(one).fullmatch(action) for one in patterns)


@lru_cache(maxsize=16_384)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text.strip()).replace(r"\*", ".*"), re.IGNORECASE)
