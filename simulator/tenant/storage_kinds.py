"""Kinds of storage accounts: what each holds.

By https://learn.microsoft.com/azure/storage/common/storage-account-overview and the recorded
answers named in `storage`.
"""

from dataclasses import dataclass, replace
from typing import Any

from simulator.tenant.estate import Estate, Resource
from simulator.tenant.kinds import PAGES, account_kind

STANDARD: dict[str, Any] = {"name": "Standard_GRS", "tier": "Standard"}
LOCAL: dict[str, Any] = {"name": "Standard_LRS", "tier": "Standard"}
PREMIUM: dict[str, Any] = {"name": "Premium_LRS", "tier": "Premium"}
ALL = ("web", "dfs", "blob", "file", "queue", "table")


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


def kind_of(estate: Estate, one: Resource) -> AccountKind:
    """What an account of its kind has; some of the general ones are data lakes."""
    kind = _KINDS[account_kind(estate.dice, one)]
    lake = kind.name == "StorageV2" and kind.tables and one.ordinal > 2 and not one.odd
    return replace(kind, lake=lake and estate.dice.share("lake", one.id) < 0.12)


def as_made(estate: Estate, one: Resource) -> bool:
    """Whether nobody ever set anything of the account."""
    return one.ordinal > 2 and estate.dice.share("as made", one.id) < 0.08
