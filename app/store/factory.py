"""Which store a setting names."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.errors import UsageError
from app.store.base import Store
from app.store.local import LocalStore


def open_store(url: str) -> Store:
    """The store at a path, a `file:///path` or (with a credential) an https container URL.

    Opening touches nothing. Raises UsageError for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme == "":
        return LocalStore(Path(url).expanduser())
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return LocalStore(Path(unquote(parts.path)))
    raise UsageError(
        f"{url!r} names no store: use a folder, file:///folder or "
        "https://<account>.blob.core.windows.net/<container>."
    )
