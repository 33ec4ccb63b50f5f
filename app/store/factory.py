"""Which store a setting names, and what of its kind goes with it: attacks and protectors."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from app.errors import RefusedError, UsageError
from app.store.base import Store
from app.store.canary import Attackable
from app.store.local.folder import LocalStore
from app.store.retention import Protector

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


def open_store(
    url: str,
    *,
    credential: "TokenCredential | None" = None,
    retention_days: int | None = None,
    locked: bool = False,
    legal_hold: bool = False,
    ca_file: Path | None = None,
) -> Store:
    """The store at a path, a `file:///path`, or an https container URL with a credential.

    What follows the URL is for Azure alone. Opening touches nothing. Raises UsageError for
    anything else, and for a container without a credential.
    """
    parts = urlsplit(url)
    if parts.scheme == "":
        return LocalStore(Path(url).expanduser())
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return LocalStore(Path(unquote(parts.path)))
    if parts.scheme == "https" and parts.netloc and parts.path.strip("/"):
        if credential is None:
            raise UsageError(f"The store {url} needs a credential: set one for the store.")
        from app.store.azure.blob import AzureBlobStore

        return AzureBlobStore(
            url,
            credential,
            retention_days=retention_days,
            locked=locked,
            legal_hold=legal_hold,
            ca_file=ca_file,
        )
    raise UsageError(
        f"{url!r} names no store: use a folder, file:///folder or "
        "https://<account>.blob.core.windows.net/<container>."
    )


def attackable(store: Store, *, relies_on_holds: bool) -> Attackable:
    """The attacks that fit this store; `relies_on_holds` when evidence is written with a hold."""
    if isinstance(store, LocalStore):
        from app.store.local.canary import LocalCanary

        return LocalCanary(store)
    from app.store.azure.blob import AzureBlobStore
    from app.store.azure.canary import AzureCanary

    if not isinstance(store, AzureBlobStore):
        raise TypeError(type(store).__name__)
    return AzureCanary(store, relies_on_holds=relies_on_holds)


def protector(store: Store) -> Protector:
    """The protector of this store. Raises RefusedError for a folder, which can protect nothing."""
    if isinstance(store, LocalStore):
        raise RefusedError(
            "A local folder knows no legal hold, retention or lock, it is tamper-evident only: "
            "keep evidence in a blob container with version-level immutability for that.",
            code="store_cannot_protect",
        )
    from app.store.azure.blob import AzureBlobStore
    from app.store.azure.retention import AzureProtector

    if not isinstance(store, AzureBlobStore):
        raise TypeError(type(store).__name__)
    return AzureProtector(store)
