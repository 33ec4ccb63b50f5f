"""Azure roles: known by Microsoft's ids, all others by what their definitions allow."""

from typing import Any

import pytest

from collectors.kit import Item
from collectors.kit.access.roles import (
    AZURE_PRIVILEGED,
    CONTRIBUTOR,
    OWNER,
    azure_privilege,
    role_id,
    role_name,
)
from collectors.kit.beside import Beside, beside_of

ROLE = "cccccccc-1111-4222-8333-444444444444"
WRITE = "Microsoft.Authorization/roleAssignments/write"


def described(*permissions: Any, **properties: Any) -> Beside:
    facts = {"roleName": "Ward Manager", "permissions": list(permissions), **properties}
    data = {"name": ROLE, "properties": facts}
    return beside_of(
        [Item(id=f"/providers/Microsoft.Authorization/RoleDefinitions/{ROLE}", data=data)], ()
    )


def allowing(actions: list[str], *taken: str) -> dict[str, Any]:
    return {"actions": actions, "notActions": list(taken), "dataActions": [], "notDataActions": []}


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
    assert azure_privilege(definition, Beside()).held is True


@pytest.mark.parametrize("definition", [None, "", "/", 7, {}])
def test_a_role_that_is_not_named_may_be_any(definition: object) -> None:
    assert role_id(definition) is None
    assert azure_privilege(definition, Beside()).possible
    assert role_name(definition, AZURE_PRIVILEGED) == "a role without id"


def test_microsofts_own_roles_are_known_without_their_definitions() -> None:
    assert azure_privilege(CONTRIBUTOR, Beside()).grants is False
    assert azure_privilege(OWNER, Beside()).grants is True
    assert azure_privilege("acdd72a7-3385-48ef-bd42-f606fba81ae7", Beside()).held is False


@pytest.mark.parametrize(
    ("permissions", "held", "grants"),
    [
        ([allowing(["*"])], True, True),
        ([allowing(["*"], "Microsoft.Authorization/*/Write")], True, False),
        ([allowing(["*"], "Microsoft.Authorization/*")], True, False),
        (
            [
                allowing(
                    ["*"],
                    "Microsoft.Authorization/*/Write",
                    "microsoft.authorization/ELEVATEACCESS/action",
                )
            ],
            True,
            False,
        ),
        ([allowing(["*/write"])], True, True),
        ([allowing(["microsoft.authorization/*"])], True, True),
        ([allowing([WRITE.upper()])], True, True),
        ([allowing(["Microsoft.Authorization/role*/write"])], True, True),
        ([allowing(["Microsoft.Authorization/elevateAccess/action"])], True, False),
        ([allowing(["Microsoft.Authorization/roleDefinitions/write"])], True, False),
        ([allowing([WRITE], WRITE)], False, False),
        ([allowing([WRITE], WRITE), allowing([WRITE])], True, True),
        ([allowing(["*/read"])], False, False),
        ([allowing(["Microsoft.Compute/*"])], False, False),
        ([allowing(["Microsoft.Authorization/*/read"])], False, False),
        ([allowing([])], False, False),
        ([], None, None),
        ([None], None, None),
        ([{"actions": None}], None, None),
        ([{"actions": ["*/read"], "notActions": None}], False, False),
        ([{"actions": ["*"], "notActions": None}], True, True),
        ([{"actions": ["*/read"], "notActions": "x"}], None, None),
        ([allowing([WRITE]), None], True, True),
        ([allowing(["*/read"]), None], None, None),
    ],
)
def test_a_definition_says_what_its_role_may_do(
    permissions: list[Any], held: Any, grants: Any
) -> None:
    found = azure_privilege(f"/x/{ROLE}", described(*permissions))

    assert (found.held, found.grants, found.name) == (held, grants, "Ward Manager")


def test_a_role_that_is_neither_known_nor_described_is_not_known() -> None:
    other = azure_privilege("dddddddd-1111-4222-8333-444444444444", described(allowing(["*"])))

    assert (other.held, other.possible) == (None, True)
