"""Names for people: a role by its name, an assignment by role and holder."""

from typing import Any

import pytest

from collectors.kit import Item
from collectors.kit.access.naming import LONGEST, role_of, shown_name, shown_names

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
GLOBAL = "62e90394-69f5-4237-9190-012177145e10"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (
            {
                "name": "f93b_x",
                "properties": {
                    "scope": "/subscriptions/1",
                    "roleDefinitionId": f"/subscriptions/1/providers/x/roleDefinitions/{OWNER}",
                    "policyAssignmentProperties": {
                        "roleDefinition": {"displayName": "Owner"},
                        "scope": {"displayName": "Imaging"},
                    },
                },
            },
            "Owner, Imaging",
        ),
        (
            {"name": "g", "properties": {"roleName": "Imaging Archive Operator"}},
            "Imaging Archive Operator",
        ),
        (
            {"properties": {"roleDefinitionId": f"/x/{OWNER.upper()}", "principalId": "p-1"}},
            "Owner, p-1",
        ),
        (
            {
                "properties": {
                    "roleDefinitionId": "/x/another",
                    "principalId": "p-1",
                    "expandedProperties": {
                        "roleDefinition": {"displayName": "Ward Manager"},
                        "principal": {"displayName": "Amara Okafor"},
                    },
                }
            },
            "Ward Manager, Amara Okafor",
        ),
        ({"roleDefinitionId": GLOBAL, "principalId": "p-2"}, "Global Administrator, p-2"),
        ({"roleDefinitionId": GLOBAL, "policyId": "DirectoryRole_1"}, "Global Administrator"),
        ({"roleDefinitionId": "unheard-of"}, "role unheard-of"),
        ({"name": "stimaging"}, "stimaging"),
        ({"properties": {"roleName": 7, "roleDefinitionId": []}}, "id"),
        ({"properties": "odd"}, "id"),
    ],
)
def test_an_item_is_called_what_people_call_it(data: dict[str, Any], name: str) -> None:
    assert shown_name(Item(id="/a/id", data=data)) == name


def test_a_facet_is_called_like_the_thing_it_belongs_to() -> None:
    parent = Item(id="/a/id", data={"name": "sql-imaging"})

    assert shown_name(Item(id="/a/id", data={"name": "current"}, parent=parent)) == "sql-imaging"


def test_a_very_long_name_is_cut() -> None:
    item = Item(id="/a", data={"roleDefinition": {"displayName": "x" * 600}})

    assert role_of(item) == "x" * LONGEST


def test_subscriptions_of_one_name_are_told_apart_by_id_and_nothing_else_is() -> None:
    one, two, three = (
        Item(id=f"/subscriptions/{n}{n}", data={"displayName": name})
        for n, name in ((1, "Clinic"), (2, "Clinic"), (3, "Lab"))
    )
    group = Item(id="/subscriptions/11/resourceGroups/g", data={"name": "Clinic"})

    names = shown_names((one, two, three, group))

    assert names == {one.id: "Clinic (11)", two.id: "Clinic (22)"}
