"""Entra ID roles: Microsoft's mark for built-in ones, their actions for all others."""

from typing import Any

import pytest

from collectors.kit import Item
from collectors.kit.access.directory_role_ids import DIRECTORY_OTHERS, DIRECTORY_PRIVILEGED
from collectors.kit.access.directory_roles import PRIVILEGED_ACTIONS, directory_privilege
from collectors.kit.beside import Beside, beside_of

ROLE = "dddddddd-1111-4222-8333-444444444444"


def described(permissions: Any, *, built_in: Any = False) -> Beside:
    data = {"displayName": "Ward Manager", "isBuiltIn": built_in, "rolePermissions": permissions}
    return beside_of([Item(id=ROLE, data=data)], ())


def allowing(*actions: str) -> list[Any]:
    return [{"allowedResourceActions": list(actions), "condition": None}]


@pytest.mark.parametrize(
    "name",
    [
        "Authentication Administrator",
        "Helpdesk Administrator",
        "Password Administrator",
        "Intune Administrator",
        "Exchange Administrator",
        "SharePoint Administrator",
        "Domain Name Administrator",
        "Global Reader",
    ],
)
def test_marked_roles_are_privileged_by_their_ids(name: str) -> None:
    (own,) = [key for key, value in DIRECTORY_PRIVILEGED.items() if value == name]

    assert directory_privilege(own.upper(), Beside()).held is True


def test_no_role_is_both() -> None:
    assert not set(DIRECTORY_OTHERS) & set(DIRECTORY_PRIVILEGED)
    assert {directory_privilege(own, Beside()).held for own in DIRECTORY_OTHERS} == {False}


@pytest.mark.parametrize(
    ("permissions", "held"),
    [
        (allowing(min(PRIVILEGED_ACTIONS).upper()), True),
        (allowing("microsoft.directory/users/standard/read"), False),
        (allowing("microsoft.directory/users/standard/read", "microsoft.x/y/update"), None),
        (allowing("microsoft.directory/deviceLocalCredentials/standard/read"), None),
        (allowing(), None),
        ([], None),
        (None, None),
        ([None], None),
        ([{"allowedResourceActions": [7]}], None),
    ],
)
def test_a_custom_role_is_what_it_allows(permissions: Any, held: Any) -> None:
    assert directory_privilege(ROLE, described(permissions)).held is held


@pytest.mark.parametrize("built_in", [True, None, "false"])
def test_a_built_in_role_that_no_reference_names_is_not_known(built_in: Any) -> None:
    only_reads = allowing("microsoft.directory/users/standard/read")

    assert directory_privilege(ROLE, described(only_reads, built_in=built_in)).held is None


@pytest.mark.parametrize("definition", [None, "", 7, {}, "another"])
def test_a_role_that_nothing_tells_of_is_not_known(definition: object) -> None:
    assert directory_privilege(definition, Beside()).held is None
