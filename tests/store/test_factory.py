"""Which settings open which store."""

from pathlib import Path

import pytest

from app.errors import UsageError
from app.store.azure.blob import AzureBlobStore
from app.store.factory import open_store
from tests.simulator.blob.serving import Credential


def test_a_path_and_a_file_url_open_the_same_folder(tmp_path: Path) -> None:
    open_store(str(tmp_path / "a b")).put_once("raw/x", b"1")
    url = (tmp_path / "a b").as_uri()
    assert "%20" in url
    assert open_store(url).get("raw/x") == b"1"


@pytest.mark.parametrize("url", ["s3://bucket/x", "file://host/x", "http://a/b"])
def test_anything_else_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="names no store"):
        open_store(url)


def test_a_container_opens_with_a_credential_and_not_without() -> None:
    url = "https://contoso.blob.core.windows.net/evidence"
    with pytest.raises(UsageError, match="needs a credential"):
        open_store(url)
    store = open_store(url, credential=Credential(), retention_days=365, locked=True)
    assert isinstance(store, AzureBlobStore)
    store.close()
