"""The usual reads, from the type alone."""

import pytest

from collectors.kit import Arm, ResourceGraph, child, in_groups, in_subscription, rows
from collectors.kit.errors import CatalogError


def test_rows_of_a_type_need_the_right_to_read_that_type() -> None:
    assert rows("Microsoft.KeyVault/vaults") == ResourceGraph(
        table="resources",
        types=("microsoft.keyvault/vaults",),
        needs=("Microsoft.KeyVault/vaults/read",),
    )


@pytest.mark.parametrize(
    ("azure_type", "table"),
    [
        ("Microsoft.Authorization/roleAssignments", "authorizationresources"),
        ("Microsoft.Resources/subscriptions", "resourcecontainers"),
        ("Microsoft.Management/managementGroups", "resourcecontainers"),
        ("Microsoft.Sql/servers/databases", "resources"),
    ],
)
def test_the_provider_tells_the_table(azure_type: str, table: str) -> None:
    assert rows(azure_type).table == table


def test_types_of_two_tables_are_no_one_list() -> None:
    with pytest.raises(CatalogError, match="stand in 2 tables"):
        rows("Microsoft.Sql/servers", "Microsoft.Resources/subscriptions")


@pytest.mark.parametrize("text", ["vaults", "KeyVault/vaults", "Microsoft.KeyVault", "", "A.B//c"])
def test_what_is_no_type_is_refused(text: str) -> None:
    for read in (lambda: rows(text), lambda: child("vaults", text, "2023-07-01")):
        with pytest.raises(CatalogError, match="is no Azure type"):
            read()


def test_a_child_lies_below_its_parent_and_is_asked_of_that_type_alone() -> None:
    assert child("vaults", "Microsoft.KeyVault/vaults/keys", "2023-07-01", each=True) == Arm(
        path="{id}/keys",
        api_version="2023-07-01",
        per="resource",
        of="vaults",
        types=("microsoft.keyvault/vaults",),
        each=True,
        needs=("Microsoft.KeyVault/vaults/keys/read",),
    )


@pytest.mark.parametrize(
    ("azure_type", "name", "path"),
    [
        ("Microsoft.Sql/servers/auditingSettings", "default", "{id}/auditingSettings/default"),
        (
            "Microsoft.Insights/diagnosticSettings",
            "",
            "{id}/providers/Microsoft.Insights/diagnosticSettings",
        ),
    ],
)
def test_a_child_is_a_list_or_one_object_by_its_name(azure_type: str, name: str, path: str) -> None:
    assert child("rows", azure_type, "2021-11-01", name=name).path == path


def test_what_another_provider_keeps_beside_a_resource_is_asked_of_every_type() -> None:
    assert child("rows", "Microsoft.Insights/diagnosticSettings", "2021-05-01").types == ()


def test_lists_of_groups_and_subscriptions_name_their_provider() -> None:
    azure_type = "Microsoft.Authorization/roleAssignmentScheduleInstances"
    groups = in_groups("containers", azure_type, "2020-10-01", never_empty=True)
    own = in_subscription(azure_type, "2020-10-01")

    assert (groups.path, groups.per, groups.each) == (
        f"{{id}}/providers/{azure_type}",
        "management_group",
        True,
    )
    assert (own.path, own.per) == (
        f"/subscriptions/{{subscription}}/providers/{azure_type}",
        "subscription",
    )
    assert groups.never_empty
    assert groups.needs == own.needs == (f"{azure_type}/read",)
