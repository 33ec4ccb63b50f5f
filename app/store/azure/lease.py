"""One writer a container: a lease on a blob, renewed while the writer works.

A lease needs the data action blobs/write, which a collector that may only add blobs lacks. Such an
identity writes without it: put_once lets only one of two writers put an entry anyway.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote, unquote

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
)
from azure.storage.blob import BlobClient, BlobLeaseClient, ContainerClient

from app.errors import WriterBusyError
from app.store.azure.errors import error_code

LOCK = ".writer.lock"
"""No key begins with a dot, so no object is called so."""

_SECONDS = 60
"""Length of the lease: how long a killed writer holds others off."""


@contextlib.contextmanager
def writer_lease(
    container: ContainerClient, purpose: str, *, since: datetime, lost: threading.Event
) -> Iterator[None]:
    """Hold the lease for the block; `lost` is set when another took it meanwhile.

    Raises WriterBusyError when another holds it, and AzureError.
    """
    blob = container.get_blob_client(LOCK)
    lease = _acquired(blob)
    if lease is None:
        yield
        return
    lost.clear()
    _sign(blob, lease, purpose, since)
    done = threading.Event()
    renewal = threading.Thread(target=_renew, args=(lease, done, lost), daemon=True)
    renewal.start()
    try:
        yield
    finally:
        done.set()
        renewal.join()
        with contextlib.suppress(AzureError):  # it ends by itself in a minute
            lease.release()


def _acquired(blob: BlobClient) -> BlobLeaseClient | None:
    """The lease; None when this identity may not take one."""
    try:
        with contextlib.suppress(ResourceExistsError):
            blob.upload_blob(b"", overwrite=False)
        return blob.acquire_lease(_SECONDS)
    except HttpResponseError as error:
        if error_code(error) == "LeaseAlreadyPresent":
            raise WriterBusyError(_busy(blob)) from None
        if error_code(error) in {"AuthorizationPermissionMismatch", "UnauthorizedBlobOverwrite"}:
            return None
        raise


def _sign(blob: BlobClient, lease: BlobLeaseClient, purpose: str, since: datetime) -> None:
    """Write down who holds it, where the container's rules allow metadata to change."""
    holder = {"pid": str(os.getpid()), "purpose": quote(purpose), "since": since.isoformat()}
    with contextlib.suppress(HttpResponseError):
        blob.set_blob_metadata(holder, lease=lease)


def _renew(lease: BlobLeaseClient, done: threading.Event, lost: threading.Event) -> None:
    while not done.wait(_SECONDS / 3):
        try:
            lease.renew()
        except HttpResponseError:
            lost.set()
            return
        except AzureError:  # unreachable for now: two more tries before the lease ends
            continue


def _busy(blob: BlobClient) -> str:
    holder: dict[str, str] = {}
    with contextlib.suppress(AzureError):
        holder = blob.get_blob_properties().metadata
    who = "Another annexa"
    if "purpose" in holder:
        purpose = unquote(holder["purpose"])
        who = f"Process {holder.get('pid')} ({purpose}, since {holder.get('since')})"
    return (
        f"{who} is writing to the store {blob.container_name} of {blob.account_name}: wait until it"
        " has finished, or a minute after it was stopped, and run the command again."
    )
