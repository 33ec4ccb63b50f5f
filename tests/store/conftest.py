"""The stores every contract test runs against."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.store.base import Store
from app.store.local import LocalStore

OpenStore = Callable[[], Store]


@pytest.fixture(params=["local"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    """Opens the same, at first empty, store each time."""
    match request.param:
        case "local":
            return lambda: LocalStore(tmp_path / "store")
    raise AssertionError(request.param)


@pytest.fixture
def store(open_again: OpenStore) -> Store:
    return open_again()
