"""An ARM id tells its type, its group and what it lies in."""

import pytest

from collectors.kit.values.arm_ids import (
    ancestors,
    group_path,
    home_of,
    subscription_path,
    type_of,
)

S = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590"
G = f"{S}/resourceGroups/rg-One"
ACCOUNT = f"{G}/providers/Microsoft.Storage/storageAccounts/scans"
ASSIGNMENT = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments/1"
ROOT = "/providers/Microsoft.Management/managementGroups/mg"
OBJECT = "0b1f6471-1bf0-4dda-aec3-cb9272f09590"


@pytest.mark.parametrize(
    ("item_id", "kind"),
    [
        (S, "microsoft.resources/subscriptions"),
        (G, "microsoft.resources/subscriptions/resourcegroups"),
        (ACCOUNT, "microsoft.storage/storageaccounts"),
        (f"{ACCOUNT}/blobServices/default", "microsoft.storage/storageaccounts/blobservices"),
        (ASSIGNMENT, "microsoft.authorization/roleassignments"),
        (ROOT, "microsoft.management/managementgroups"),
        (OBJECT, ""),
        ("", ""),
        ("/", ""),
        (f"{S}/providers", ""),
    ],
)
def test_the_type_of_an_id(item_id: str, kind: str) -> None:
    assert type_of(item_id) == kind


@pytest.mark.parametrize(
    ("item_id", "around"),
    [
        (S, []),
        (G, [S]),
        (ACCOUNT, [G, S]),
        (f"{ACCOUNT}/blobServices/default", [ACCOUNT, G, S]),
        (ASSIGNMENT, [ACCOUNT, G, S]),
        (f"{S}/providers/Microsoft.Authorization/roleAssignments/1", [S]),
        (f"{ROOT}/providers/Microsoft.Authorization/roleAssignments/1", [ROOT]),
        (ROOT, []),
        (OBJECT, []),
        ("", []),
    ],
)
def test_what_an_id_lies_in_nearest_first(item_id: str, around: list[str]) -> None:
    assert list(ancestors(item_id)) == [one.lower() for one in around]


@pytest.mark.parametrize(
    ("item_id", "group", "subscription"),
    [
        (ACCOUNT, G, S),
        (G, G, S),
        (S, None, S),
        (f"{S}/providers/Microsoft.Authorization/roleAssignments/1", None, S),
        (ROOT, None, None),
        (OBJECT, None, None),
    ],
)
def test_the_group_and_the_subscription_of_an_id(
    item_id: str, group: str | None, subscription: str | None
) -> None:
    assert group_path(item_id) == (group.lower() if group else None)
    assert subscription_path(item_id) == (subscription.lower() if subscription else None)
    assert home_of(item_id) == (group or subscription or "").lower()
