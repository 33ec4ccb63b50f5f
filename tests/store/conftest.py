"""The stores every contract test runs against."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from app.store.base import Store
from tests.simulator.blob.serving import BlobService, serving
from tests.store.azurite import Azurite, azurite
from tests.store.places import Place

OpenStore = Callable[[], Store]
NUMBERS = count()


@pytest.fixture(scope="module")
def blob_service() -> Iterator[BlobService]:
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def azurite_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running


@pytest.fixture(params=["local", "simulator", "azurite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A new place for a store."""
    name = f"records-{next(NUMBERS)}"
    if request.param == "simulator":
        service: BlobService = request.getfixturevalue("blob_service")
        service.container(name)
        url, ca_file = f"{service.url}/evidence/{name}", str(service.ca_file)
        return Place(kind="simulator", where=url, ca_file=ca_file)
    if request.param == "azurite":
        emulator: Azurite = request.getfixturevalue("azurite_service")
        url = emulator.create_container(name)
        return Place(kind="azurite", where=url, ca_file=str(emulator.ca_file))
    return Place(kind="local", where=str(tmp_path / "store"))


@pytest.fixture
def open_again(place: Place) -> Iterator[OpenStore]:
    """Opens the same, at first empty, store each time."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(place.open())
        return opened[-1]

    yield open_one
    for store in opened:
        if hasattr(store, "close"):
            store.close()


@pytest.fixture
def store(open_again: OpenStore) -> Store:
    return open_again()
