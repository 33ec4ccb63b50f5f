"""Blob services: whether deleted and overwritten data can be had back."""

from collectors.kit import Check, Collector, Expectations, Item, Owner, child, rows
from collectors.kit.absence import absent, documented
from collectors.kit.settings import quoted, toggle, unread
from collectors.kit.values.amounts import whole
from collectors.kit.values.storage_kinds import SERVICES, services_of
from collectors.kit.verdicts import Status, Verdict, failed, passed, unknown

SERVICE = "Microsoft.Storage/storageAccounts/blobServices"
SOFT_DELETE = "9fbd64e3-67b8-489b-98e5-fa0007d17e76"
"""Microsoft's definition that switches both on, for blobs and for containers."""
ABSENT = documented(
    SERVICE,
    "https://pypi.org/project/azure-mgmt-storage/25.3.0/",
    "2026-11-28",
    "2019-06-01",
    absent(
        "properties.isVersioningEnabled",
        "versioning is then off, an overwritten blob is lost",
        Status.FAIL,
    ),
    absent(
        "properties.containerDeleteRetentionPolicy",
        "deleted containers then cannot be restored",
        Status.FAIL,
        agrees=SOFT_DELETE,
    ),
    absent(
        "properties.deleteRetentionPolicy",
        "deleted blobs then cannot be restored",
        Status.FAIL,
        agrees=SOFT_DELETE,
        since="2018-07-01",
    ),
)


def has_blobs(account: Item) -> bool:
    """Accounts for file shares have no blob service, Azure refuses the question for them."""
    return "blob" in (services_of(account) or SERVICES)


def surely_has_blobs(account: Item) -> bool:
    """Every account of another known kind holds blobs, whatever its tier (same page)."""
    return account["kind"] in ("Storage", "StorageV2", "BlobStorage", "BlockBlobStorage")


def soft_delete(service: Item, expectations: Expectations) -> Verdict:
    """Deleted blobs can be restored, and nobody can destroy them before their time.

    `allowPermanentDelete` lets whoever may write destroy soft-deleted versions and snapshots at
    once; left out or null it was never set.
    https://learn.microsoft.com/rest/api/storagerp/blob-services/get-service-properties#deleteretentionpolicy
    """
    kept = _restorable(service, "deleteRetentionPolicy", "blobs", expectations)
    match service["properties.deleteRetentionPolicy"]:
        case {"enabled": True, "allowPermanentDelete": True}:
            return failed("deleted versions of blobs can be destroyed at once, before their time")
        case {"enabled": True, "allowPermanentDelete": other} if (
            other is not None and other is not False and kept.status is not Status.FAIL
        ):
            return unknown(f"Azure returned allowPermanentDelete {quoted(other)}, which is unknown")
    return kept


def container_soft_delete(service: Item, expectations: Expectations) -> Verdict:
    """Deleted containers can be restored."""
    return _restorable(service, "containerDeleteRetentionPolicy", "containers", expectations)


def _restorable(service: Item, policy: str, what: str, expectations: Expectations) -> Verdict:
    """Off is a policy that is absent, or one that is not enabled."""
    path, wanted = f"properties.{policy}", expectations["soft_delete_days"]
    match service[path]:
        case None:
            return unread(service, path, ABSENT)
        case {"enabled": False}:
            return failed(f"deleted {what} cannot be restored")
        case {"enabled": True, "days": days} if (whole(days) or 0) > 0:
            said = f"deleted {what} can be restored for {days} days"
            return passed(said) if days >= wanted else failed(f"{said}, {wanted} are expected")
        case _:
            return unknown(f"Azure returned no complete retention policy for deleted {what}")


_VERSIONING = toggle(
    "properties.isVersioningEnabled",
    passes="every change of a blob keeps the version before it",
    fails="an overwritten blob is lost: versioning is off",
    absent=ABSENT,
)


def versioning(service: Item, expectations: Expectations) -> Verdict:
    """Overwritten blobs can be had back. A data lake cannot keep versions, and its data is lost.

    https://learn.microsoft.com/azure/storage/blobs/versioning-overview
    """
    verdict = _VERSIONING(service, expectations)
    lake = service.parent is not None and service.parent["properties.isHnsEnabled"] is True
    if lake and verdict.status is Status.FAIL:
        return failed("an overwritten file is lost: a data lake keeps no versions, back it up")
    return verdict


COLLECTOR = Collector(
    id="storage.blob_services",
    title="Blob services of storage accounts",
    owner=Owner.CLOUD,
    absent=ABSENT,
    reads={
        "accounts": rows("Microsoft.Storage/storageAccounts"),
        "services": child(
            "accounts", SERVICE, "2023-05-01", name="default", where=has_blobs, has=surely_has_blobs
        ),
    },
    checks=(
        Check(
            id="soft_delete",
            title="Deleted blobs can be restored",
            on="services",
            judge=soft_delete,
            controls=("A.8.13",),
            expectation="soft_delete_days",
            remedy=(
                "az storage account blob-service-properties update --account-name <name>"
                " --enable-delete-retention true --delete-retention-days 7"
                " (and --allow-permanent-delete false where it was allowed)"
            ),
            policy=SOFT_DELETE,
            differs=(
                "the rule asks whether it is on: fewer days than expected, and leave to destroy for"
                " good what was deleted, pass it and fail here"
            ),
        ),
        Check(
            id="container_soft_delete",
            title="Deleted containers can be restored",
            on="services",
            judge=container_soft_delete,
            controls=("A.8.13",),
            expectation="soft_delete_days",
            remedy=(
                "az storage account blob-service-properties update --account-name <name>"
                " --enable-container-delete-retention true --container-delete-retention-days 7"
            ),
            policy=SOFT_DELETE,
            differs=(
                "the rule asks whether it is on: fewer days than expected pass it and fail here"
            ),
        ),
        Check(
            id="versioning",
            title="Overwritten blobs keep their earlier versions",
            on="services",
            judge=versioning,
            controls=("A.8.13", "A.5.33"),
            remedy=(
                "az storage account blob-service-properties update --account-name <name>"
                " --enable-versioning true; a data lake cannot keep versions: back it up or take"
                " snapshots"
            ),
            policy="978deb5d-c9a7-41f8-b4b2-b76880d0de1f",
            differs=(
                "another rule of Microsoft (c36a325b) passes a service that does not say it; the "
                "documentation calls versioning on where it is set to true, so it fails here, and "
                "so does a data lake, which cannot keep versions"
            ),
        ),
    ),
)
