"""Which services a storage account has: its kind tells, and of the general kinds its tier."""

from collections.abc import Mapping
from types import MappingProxyType

from collectors.kit.item import Item

SERVICES = ("blob", "file", "queue", "table")
PAGES = ("blob",)
"""A premium account of a general kind holds page blobs only.

https://learn.microsoft.com/rest/api/storageservices/using-blob-service-operations-with-azure-premium-storage
"""
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Storage": SERVICES,
        "StorageV2": SERVICES,
        "BlobStorage": ("blob",),
        "BlockBlobStorage": ("blob",),
        "FileStorage": ("file",),
    }
)
"""Services by kind, of the tier Standard where it matters.

https://learn.microsoft.com/rest/api/storagerp/srp_sku_types
"""


def services_of(account: Item) -> tuple[str, ...] | None:
    """The services of an account; None where its kind is not told or not known.

    A general account whose tier is not told or not known may have all four.
    """
    kind = account["kind"]
    services = KINDS.get(kind) if isinstance(kind, str) else None
    return PAGES if services == SERVICES and account["sku.tier"] == "Premium" else services
