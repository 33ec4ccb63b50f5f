"""Which settings open which store."""

from pathlib import Path

import pytest

from app.errors import UsageError
from app.store.factory import open_store


def test_a_path_and_a_file_url_open_the_same_folder(tmp_path: Path) -> None:
    open_store(str(tmp_path / "a b")).put_once("raw/x", b"1")
    url = (tmp_path / "a b").as_uri()
    assert "%20" in url
    assert open_store(url).get("raw/x") == b"1"


@pytest.mark.parametrize("url", ["s3://bucket/x", "file://host/x", "http://a/b"])
def test_anything_else_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="names no store"):
        open_store(url)
