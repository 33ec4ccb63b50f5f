"""The least rights: settings are read, and neither secrets nor what resources hold."""

import pytest

from collectors.kit import Collector, ResourceGraph, ResourceList
from collectors.kit.catalogue.permissions import azure_actions, custom_role, graph_permissions
from collectors.kit.catalogue.read_actions import ANYTHING, only_reads
from collectors.kit.catalogue.registry import all_collectors, collector_by_id
from collectors.kit.level import types_of


@pytest.mark.parametrize(
    "need",
    [
        "*/read",
        "Microsoft.KeyVault/vaults/read",
        "Microsoft.KeyVault/vaults/keys/read",
        "Microsoft.Compute/sshPublicKeys/read",
        "Microsoft.Sql/servers/databases/transparentDataEncryption/read",
        "Microsoft.OperationalInsights/workspaces/query/SigninLogs/read",
        "RoleManagement.Read.Directory",
        "User.Read.All",
    ],
)
def test_settings_of_anything_may_be_read_whatever_it_is_called(need: str) -> None:
    assert only_reads(need)


@pytest.mark.parametrize(
    "need",
    [
        "*",
        "*/write",
        "Microsoft.KeyVault/*/read",
        "Microsoft.Storage/*",
        "Microsoft.Storage/storageAccounts/write",
        "Microsoft.Storage/storageAccounts/DELETE",
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.KeyVault/vaults/secrets/read",
        "microsoft.keyvault/vaults/secrets/read",
        "Microsoft.KeyVault/vaults/secrets/versions/read",
        "Microsoft.KeyVault/vaults/secrets/getSecret/action",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
        "Microsoft.Storage/storageAccounts/queueServices/queues/messages/read",
        "Microsoft.ContainerRegistry/registries/pull/read",
        "Microsoft.Web/sites/publishxml/read",
        "Microsoft.OperationalInsights/workspaces/sharedKeys/read",
        "Microsoft.OperationalInsights/workspaces/listKeys/read",
        "Microsoft.DocumentDB/databaseAccounts/readonlykeys/read",
        "Microsoft.KeyVault/vaults/read/",
        "vaults/read",
        "/read",
        "",
        "Directory.ReadWrite.All",
        "Application.ReadWrite.OwnedBy",
        "Mail.Send",
        "Mail.Read",
        "User.Read.All.Write",
    ],
)
def test_nothing_else_may_be_asked_for(need: str) -> None:
    assert not only_reads(need)


def test_every_need_of_every_collector_only_reads() -> None:
    known = all_collectors()

    for need in (*azure_actions(known), *graph_permissions(known)):
        assert only_reads(need), need


def test_graph_permissions_are_not_among_the_actions_of_azure() -> None:
    assert all(need.endswith("/read") for need in azure_actions(all_collectors()))
    assert all(".Read." in need for need in graph_permissions(all_collectors()))


def test_the_wildcard_is_asked_for_by_lists_of_everything_alone() -> None:
    for collector in all_collectors():
        for name, read in collector.reads.items():
            narrow = not isinstance(read, ResourceGraph | ResourceList) or types_of(read)
            assert not (narrow and ANYTHING in read.needs), name


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda collector: collector.id)
def test_every_read_names_what_it_needs(collector: Collector) -> None:
    assert all(read.needs for read in collector.reads.values())


def test_the_custom_role_holds_the_actions_and_nothing_else() -> None:
    role = custom_role([collector_by_id("compute.disks")], "/subscriptions/1")

    assert role["Actions"] == ["Microsoft.Compute/disks/read"]
    assert role["AssignableScopes"] == ["/subscriptions/1"]
    assert [role[key] for key in ("NotActions", "DataActions", "NotDataActions")] == [[], [], []]
