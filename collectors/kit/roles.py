"""Roles that can change who may do what, by the ids Microsoft gave them.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged
https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from collections.abc import Mapping
from types import MappingProxyType

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"

AZURE_PRIVILEGED: Mapping[str, str] = MappingProxyType(
    {
        OWNER: "Owner",
        "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
    }
)

DIRECTORY_PRIVILEGED: Mapping[str, str] = MappingProxyType(
    {
        "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
        "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
        "194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
        "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
        "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
        "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
        "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": "Hybrid Identity Administrator",
    }
)

_OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
        "73c42c96-874c-492b-b04d-ab87d138a893": "Log Analytics Reader",
        "39bc4728-0917-49c7-9d2c-d95423bc2eb4": "Security Reader",
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c": "Virtual Machine Contributor",
        "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers",
        "4a5d8f65-41da-4de4-8968-e035b65339cf": "Reports Reader",
        "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b": "Message Center Reader",
        "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
        "5d6b6bb7-de71-4623-b4af-96380a352509": "Security Reader",
        "29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
        "f28a1f50-f6e7-4571-818b-6a12f2af6b6c": "SharePoint Administrator",
        "729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
        "c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
        "3a2c62db-5318-420d-8d74-23affee5d9d5": "Intune Administrator",
    }
)
ROLES: Mapping[str, str] = MappingProxyType({**AZURE_PRIVILEGED, **DIRECTORY_PRIVILEGED, **_OTHERS})
"""Every role known by name, in Azure and in Entra ID."""


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


def may_be(definition: object, privileged: Mapping[str, str]) -> bool:
    """True for a privileged role, and for an assignment whose role Azure did not name."""
    found = role_id(definition)
    return found is None or found in privileged
