"""Kinds of storage accounts: what each holds.

By https://learn.microsoft.com/azure/storage/common/storage-account-overview and the recorded
answers named in `types.storage.accounts`.
"""

from dataclasses import dataclass, replace
from typing import Any

from simulator.tenant.kit import Row, Scene

PAGES = "StorageV2 for page blobs"
"""Of the tier Premium; its kind is StorageV2 as well.

https://learn.microsoft.com/rest/api/storageservices/using-blob-service-operations-with-azure-premium-storage
"""
STANDARD: dict[str, Any] = {"name": "Standard_GRS", "tier": "Standard"}
LOCAL: dict[str, Any] = {"name": "Standard_LRS", "tier": "Standard"}
PREMIUM: dict[str, Any] = {"name": "Premium_LRS", "tier": "Premium"}
ALL = ("web", "dfs", "blob", "file", "queue", "table")
SERVICES = ("blob", "file", "queue", "table")


@dataclass(frozen=True, slots=True)
class AccountKind:
    """What an account of a kind has."""

    name: str
    sku: dict[str, Any]
    endpoints: tuple[str, ...] = ALL
    tables: bool = True
    """Whether it holds tables and queues."""
    tiered: bool = True
    lake: bool = False
    """Whether it has a hierarchical namespace, and so no versions of blobs."""

    @property
    def blobs(self) -> bool:
        """Whether it has a blob service at all."""
        return "blob" in self.endpoints


_KINDS = {
    "StorageV2": AccountKind("StorageV2", STANDARD),
    PAGES: AccountKind("StorageV2", PREMIUM, ("blob",), tables=False, tiered=False),
    "Storage": AccountKind("Storage", LOCAL, ("blob", "file", "queue", "table"), tiered=False),
    "BlobStorage": AccountKind("BlobStorage", STANDARD, ("dfs", "blob"), tables=False),
    "BlockBlobStorage": AccountKind(
        "BlockBlobStorage", PREMIUM, ("web", "dfs", "blob"), tables=False
    ),
    "FileStorage": AccountKind("FileStorage", PREMIUM, ("file",), tables=False, tiered=False),
}
_SHARES = (
    *("StorageV2",) * 7,
    *("Storage", "BlobStorage", "BlockBlobStorage", "FileStorage", PAGES),
)
_EARLY = {4: "Storage", 5: "BlobStorage", 6: "BlockBlobStorage", 7: "FileStorage", 8: PAGES}
"""By ordinal, so that small companies have every kind too."""


def kind_of(scene: Scene) -> AccountKind:
    """What an account of its kind has; some of the general ones are data lakes."""
    one = scene.resource
    if one.odd:
        return _KINDS["StorageV2"]
    kind = _KINDS[_EARLY.get(one.ordinal) or scene.pick(_SHARES, "account kind")]
    lake = kind.name == "StorageV2" and kind.tables and one.ordinal > 2
    return replace(kind, lake=lake and scene.share("lake") < 0.12)


def as_made(scene: Scene) -> bool:
    """Whether nobody ever set anything of the account."""
    return scene.resource.ordinal > 2 and scene.share("as made") < 0.08


def services(row: Row) -> tuple[str, ...]:
    """Services of an account; the resource provider refuses questions about the others."""
    premium = (row.get("sku") or {}).get("tier") == "Premium"
    kind = row.get("kind", "")
    known = _KINDS.get(PAGES if kind == "StorageV2" and premium else kind)
    return SERVICES if known is None else tuple(s for s in SERVICES if s in known.endpoints)
