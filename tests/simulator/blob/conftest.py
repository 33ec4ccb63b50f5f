"""One blob service for each test."""

from collections.abc import Iterator

import pytest
from azure.storage.blob import ContainerClient

from tests.simulator.blob.serving import BlobService, serving


@pytest.fixture
def service() -> Iterator[BlobService]:
    with serving() as running:
        yield running


@pytest.fixture
def container(service: BlobService) -> ContainerClient:
    """A new container, with versioning and version-level immutability as Azure's need it."""
    return service.container("records")
