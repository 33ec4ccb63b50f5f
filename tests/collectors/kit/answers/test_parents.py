"""Who is asked for what lies below: those of the type, and those whose type was not told."""

import pytest

from collectors.kit import Item, child
from collectors.kit.answers.parents import asked

KEYS = child("vaults", "Microsoft.KeyVault/vaults/keys", "2023-07-01", each=True)


@pytest.mark.parametrize(
    ("azure_type", "is_asked"),
    [
        ("Microsoft.KeyVault/vaults", True),
        ("microsoft.keyvault/vaults", True),
        ("Microsoft.Storage/storageAccounts", False),
        (None, True),
        ("", True),
    ],
)
def test_a_parent_is_asked_unless_it_is_told_to_be_of_another_type(
    azure_type: str | None, *, is_asked: bool
) -> None:
    parent = Item(id="/x", data={"type": azure_type})

    assert bool(asked(KEYS, [parent])) is is_asked
