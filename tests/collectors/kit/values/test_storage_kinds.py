"""What a storage account has by its kind and tier."""

from typing import Any

import pytest

from collectors.kit import Item
from collectors.kit.values.storage_kinds import SERVICES, services_of

STANDARD, PREMIUM = {"tier": "Standard"}, {"tier": "Premium"}


@pytest.mark.parametrize(
    ("kind", "sku", "services"),
    [
        ("StorageV2", STANDARD, SERVICES),
        ("StorageV2", PREMIUM, ("blob",)),
        ("Storage", PREMIUM, ("blob",)),
        ("BlockBlobStorage", PREMIUM, ("blob",)),
        ("BlobStorage", STANDARD, ("blob",)),
        ("FileStorage", PREMIUM, ("file",)),
        ("FileStorage", STANDARD, ("file",)),
        ("StorageV2", {"tier": "premium"}, SERVICES),
        ("StorageV2", {"tier": ["Premium"]}, SERVICES),
        ("StorageV2", "Premium", SERVICES),
        ("StorageV2", None, SERVICES),
        ("StorageV3", STANDARD, None),
        ("", PREMIUM, None),
        (None, PREMIUM, None),
        (["StorageV2"], STANDARD, None),
    ],
)
def test_the_kind_tells_and_of_general_ones_the_tier(kind: Any, sku: Any, services: Any) -> None:
    assert services_of(Item(id="/a", data={"kind": kind, "sku": sku})) == services
