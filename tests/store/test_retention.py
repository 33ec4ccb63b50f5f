"""Who may protect objects more, and what a store answers that cannot."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.errors import NotFoundError, RefusedError
from app.store.azure.blob import AzureBlobStore
from app.store.factory import protector
from app.store.local.folder import LocalStore
from app.store.retention import Protector
from tests.simulator.blob.serving import BlobService, Credential
from tests.store.azurite import Azurite

NUMBERS = count()
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
OpenProtector = Callable[..., tuple[AzureBlobStore, Protector]]
ACTS: list[Callable[[Protector], object]] = [
    lambda keep: keep.hold("entry/0", on=True),
    lambda keep: keep.extend("entry/0", LATER, locked=False),
    lambda keep: keep.lock("entry/0"),
]


@pytest.fixture
def open_protector(blob_service: BlobService) -> Iterator[OpenProtector]:
    """A protector of one object in a new container of these rules."""
    opened: list[AzureBlobStore] = []

    def run(**rules: Any) -> tuple[AzureBlobStore, Protector]:
        name = f"kept-{next(NUMBERS)}"
        assert blob_service.immutability(name, **rules) == 200
        url = f"{blob_service.url}/evidence/{name}"
        opened.append(AzureBlobStore(url, Credential(), ca_file=blob_service.ca_file))
        opened[-1].put_once("entry/0", b"x")
        return opened[-1], protector(opened[-1])

    yield run
    for store in opened:
        store.close()


def test_holds_longer_retention_and_locks_are_read_back(open_protector: OpenProtector) -> None:
    store, keep = open_protector(level="version", retention_days=30)
    assert keep.hold("entry/0", on=True).legal_hold is True
    assert keep.hold("entry/0", on=False).legal_hold is False
    extended = keep.extend("entry/0", LATER, locked=False)
    assert (extended.mode, extended.until) == ("unlocked", LATER)
    assert keep.lock("entry/0").mode == "locked"
    longer = LATER + timedelta(days=1)
    assert keep.extend("entry/0", longer, locked=False).mode == "locked"
    with pytest.raises(RefusedError, match="only ever extended") as refusal:
        keep.extend("entry/0", LATER, locked=False)
    assert refusal.value.kind == "retention_longer"
    assert store.protection("entry/0").until == longer
    with pytest.raises(NotFoundError):
        keep.hold("entry/1", on=True)


@pytest.mark.parametrize("act", ACTS, ids=["hold", "extend", "lock"])
def test_an_identity_without_the_right_is_told_which_one_it_lacks(
    open_protector: OpenProtector, act: Callable[[Protector], object]
) -> None:
    _, keep = open_protector(level="version", retention_days=30, add_only=True)
    with pytest.raises(RefusedError, match="runAsSuperUser") as refusal:
        act(keep)
    assert refusal.value.kind == "protection_rights_missing"


@pytest.mark.parametrize("act", ACTS[:2], ids=["hold", "extend"])
def test_a_container_without_version_level_immutability_says_so(
    open_protector: OpenProtector, act: Callable[[Protector], object]
) -> None:
    _, keep = open_protector(level="container", retention_days=30)
    with pytest.raises(RefusedError, match="needs version-level immutability") as refusal:
        act(keep)
    assert refusal.value.kind == "protection_refused"


@pytest.mark.parametrize("act", ACTS[:2], ids=["hold", "extend"])
def test_azurite_can_protect_nothing(
    azurite_service: Azurite, act: Callable[[Protector], object]
) -> None:
    url = azurite_service.create_container(f"kept-{next(NUMBERS)}")
    store = AzureBlobStore(url, Credential(), ca_file=azurite_service.ca_file)
    store.put_once("entry/0", b"x")
    with pytest.raises(RefusedError) as refusal:
        act(protector(store))
    assert refusal.value.kind == "protection_refused"
    store.close()


def test_an_object_without_a_policy_is_not_locked(open_protector: OpenProtector) -> None:
    _, keep = open_protector(level="version")
    assert keep.lock("entry/0").mode == "none"


def test_a_folder_has_no_keeper(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="tamper-evident only"):
        protector(LocalStore(tmp_path))
