"""Roles are known by Microsoft's ids, however the id is written."""

import pytest

from collectors.kit.roles import AZURE_PRIVILEGED, OWNER, may_be, role_id, role_name


@pytest.mark.parametrize(
    "definition",
    [
        OWNER,
        OWNER.upper(),
        f"/providers/Microsoft.Authorization/RoleDefinitions/{OWNER}",
        f"/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/{OWNER}/",
    ],
)
def test_a_role_is_found_by_the_last_part_of_its_id(definition: str) -> None:
    assert role_id(definition) == OWNER
    assert role_name(definition, AZURE_PRIVILEGED) == "Owner"


@pytest.mark.parametrize("definition", [None, "", "/", 7, {}])
def test_a_role_that_is_not_named_may_be_any(definition: object) -> None:
    assert role_id(definition) is None
    assert may_be(definition, AZURE_PRIVILEGED)
    assert role_name(definition, AZURE_PRIVILEGED) == "a role without id"


def test_other_roles_have_no_privilege_and_go_by_their_id() -> None:
    assert not may_be("acdd72a7", AZURE_PRIVILEGED)
    assert role_name("acdd72a7", AZURE_PRIVILEGED) == "role acdd72a7"
