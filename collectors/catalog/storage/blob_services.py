"""Blob services: whether deleted and overwritten data can be had back."""

from typing import Any

from collectors.kit import (
    Arm,
    Check,
    Collector,
    Expectations,
    Item,
    Owner,
    ResourceGraph,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.amounts import whole


def has_blobs(service: Item) -> bool:
    """Accounts of the kind FileStorage hold file shares only, Azure refuses the question for them.

    https://learn.microsoft.com/azure/storage/common/storage-account-overview
    """
    return service.parent is None or service.parent["kind"] != "FileStorage"


def soft_delete(service: Item, expectations: Expectations) -> Verdict:
    """Deleted blobs can be restored."""
    policy = service["properties.deleteRetentionPolicy"]
    return _restorable("blobs", policy, expectations["soft_delete_days"])


def container_soft_delete(service: Item, expectations: Expectations) -> Verdict:
    """Deleted containers can be restored."""
    policy = service["properties.containerDeleteRetentionPolicy"]
    return _restorable("containers", policy, expectations["soft_delete_days"])


def _restorable(what: str, policy: Any, wanted: int) -> Verdict:
    match policy:
        case {"enabled": False}:
            return failed(f"deleted {what} cannot be restored")
        case {"enabled": True, "days": int(days)} if whole(days) is not None:
            said = f"deleted {what} can be restored for {days} days"
            return passed(said) if days >= wanted else failed(f"{said}, {wanted} are expected")
        case _:
            return unknown(f"Azure returned no complete retention policy for deleted {what}")


def versioning(service: Item, _: Expectations) -> Verdict:
    """Overwritten blobs can be had back."""
    match service["properties.isVersioningEnabled"]:
        case True:
            return passed("every change of a blob keeps the version before it")
        case False:
            return failed("an overwritten blob is lost: versioning is off")
        case _:
            return unknown("Azure returned no isVersioningEnabled")


COLLECTOR = Collector(
    id="storage.blob_services",
    title="Blob services of storage accounts",
    reads={
        "accounts": ResourceGraph(
            table="resources",
            types=("microsoft.storage/storageaccounts",),
            needs=("Microsoft.Storage/storageAccounts/read",),
        ),
        "services": Arm(
            path="{id}/blobServices/default",
            api_version="2023-05-01",
            per="resource",
            of="accounts",
            needs=("Microsoft.Storage/storageAccounts/blobServices/read",),
        ),
    },
    checks=(
        Check(
            id="soft_delete",
            title="Deleted blobs can be restored",
            on="services",
            when=has_blobs,
            judge=soft_delete,
            controls=("A.8.13",),
            expectation="soft_delete_days",
            remedy=(
                "az storage account blob-service-properties update --account-name <name>"
                " --enable-delete-retention true --delete-retention-days 7"
            ),
            owner=Owner.CLOUD,
        ),
        Check(
            id="container_soft_delete",
            title="Deleted containers can be restored",
            on="services",
            when=has_blobs,
            judge=container_soft_delete,
            controls=("A.8.13",),
            expectation="soft_delete_days",
            remedy=(
                "az storage account blob-service-properties update --account-name <name>"
                " --enable-container-delete-retention true --container-delete-retention-days 7"
            ),
            owner=Owner.CLOUD,
        ),
        Check(
            id="versioning",
            title="Overwritten blobs keep their earlier versions",
            on="services",
            when=has_blobs,
            judge=versioning,
            controls=("A.8.13", "A.5.33"),
            remedy=(
                "az storage account blob-service-properties update --account-name <name>"
                " --enable-versioning true"
            ),
            owner=Owner.CLOUD,
        ),
    ),
)
