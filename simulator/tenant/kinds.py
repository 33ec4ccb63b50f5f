"""Kinds of storage accounts and of sites: what they can do follows from them.

Kinds of accounts: https://learn.microsoft.com/azure/storage/common/storage-account-overview
Kinds of sites: https://learn.microsoft.com/azure/app-service/reference-app-service-kinds
"""

from simulator.tenant.dice import Dice
from simulator.tenant.estate import Resource

SERVICES = ("blob", "file", "queue", "table")
PAGES = "StorageV2 for page blobs"
"""Of the tier Premium; its kind is StorageV2 as well.

https://learn.microsoft.com/rest/api/storageservices/using-blob-service-operations-with-azure-premium-storage
"""
ACCOUNT_SERVICES = {
    "StorageV2": SERVICES,
    PAGES: ("blob",),
    "Storage": SERVICES,
    "BlobStorage": ("blob",),
    "BlockBlobStorage": ("blob",),
    "FileStorage": ("file",),
}
"""Services of an account; the resource provider refuses questions about the others."""
WITHOUT_SETTINGS = "functionapp,linux,container,azurecontainerapps"
"""Functions on Container Apps are sites that Azure Monitor knows no diagnostic settings of."""
_ACCOUNTS = (
    *("StorageV2",) * 7,
    *("Storage", "BlobStorage", "BlockBlobStorage", "FileStorage", PAGES),
)
_SITES = ("app,linux",) * 6 + ("app", "functionapp,linux", "functionapp", WITHOUT_SETTINGS)
_EARLY = {4: "Storage", 5: "BlobStorage", 6: "BlockBlobStorage", 7: "FileStorage", 8: PAGES}
_EARLY_SITES = {2: "functionapp,linux", 3: WITHOUT_SETTINGS, 4: "app"}
"""By ordinal, so that small companies have every kind too."""


def account_kind(dice: Dice, one: Resource) -> str:
    """Kind of a storage account; most are of the general second generation."""
    if one.odd:
        return "StorageV2"
    return _EARLY.get(one.ordinal) or dice.pick(_ACCOUNTS, "account kind", one.id)


def site_kind(dice: Dice, one: Resource) -> str:
    """Kind of a site: web apps and functions, on Windows, Linux and containers."""
    return _EARLY_SITES.get(one.ordinal) or dice.pick(_SITES, "site kind", one.id)


def is_function(kind: str) -> bool:
    """Functions have a log of their own."""
    return "functionapp" in kind.split(",")
