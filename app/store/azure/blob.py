"""Write-once objects in an Azure Blob container.

One Put Blob with If-None-Match `*` an object, so that the identity needs no more than read and add.
What protects an object is not what was asked for but what Azure tells when asked again: Azurite,
for one, takes a policy and drops it without a word.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob import (
    BlobImmutabilityPolicyMode,
    ContainerClient,
    ExponentialRetry,
    ImmutabilityPolicy,
)

from app.errors import NotFoundError, StoreConflictError, WriterBusyError
from app.store.azure.errors import azure_errors, error_code
from app.store.azure.guarantee import guarantee_of, probes
from app.store.azure.lease import writer_lease
from app.store.base import Guarantee, Protection, Stored
from app.store.keys import checked_key, checked_prefix
from app.store.stage import TemporaryStage

_ONE_PUT = 4000 * 1024 * 1024
"""Bytes of one Put Blob (Azure takes 5,000 MiB); staged blocks would need more rights."""

_THERE = {
    "BlobAlreadyExists",
    "BlobImmutableDueToPolicy",
    "BlobImmutableDueToLegalHold",
    "ConditionNotMet",
    "UnauthorizedBlobOverwrite",
}
"""Codes that say an object is there; the last one to an identity that may only add."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class AzureBlobStore:
    """Write-once objects in the container at `container_url` (https, any cloud, path style too).

    `retention_days` asks for an immutability policy on each object, `locked` for one that can only
    be extended, `legal_hold` for a hold; with none of them the container's default is inherited.
    """

    def __init__(
        self,
        container_url: str,
        credential: TokenCredential,
        *,
        retention_days: int | None = None,
        locked: bool = False,
        legal_hold: bool = False,
        ca_file: Path | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._url = container_url.rstrip("/")
        self._retention = None if retention_days is None else timedelta(days=retention_days)
        self._locked, self._legal_hold, self._now = locked, legal_hold, now
        trust: dict[str, Any] = {} if ca_file is None else {"connection_verify": str(ca_file)}
        self._container = ContainerClient.from_container_url(
            self._url,
            credential=credential,
            max_single_put_size=_ONE_PUT,
            retry_policy=ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=4),
            connection_timeout=20,
            read_timeout=60,
            **trust,
        )
        self._stored: dict[str, Protection] = {}
        self._stored_lock = threading.Lock()
        self._modes: set[str] = set()
        self._container_policy: bool | None = None
        self._lost = threading.Event()

    @property
    def url(self) -> str:
        """Address of the container."""
        return self._url

    @property
    def container(self) -> ContainerClient:
        """For what lies beside the Store port: canaries, holds, retention."""
        return self._container

    @property
    def label(self) -> str:
        """What Azure was seen to guarantee, by the weakest object this process wrote."""
        said = "immutability not read back yet"
        if "none" in self._modes:
            said = "not immutable: tamper-evident only"
        elif "unlocked" in self._modes:
            said = "immutable, not locked: an administrator can still remove it"
        elif "locked" in self._modes:
            said = "immutable, locked"
        return f"Azure Blob Storage ({said})"

    def put_once(self, key: str, data: bytes) -> bool:
        """Write, and read the protection back. True if written now, False if it was there.

        Raises StoreConflictError if other bytes are there, WriterBusyError when another writer
        took this one's lease, UnavailableError if Azure refuses or cannot be reached.
        """
        blob = self._container.get_blob_client(checked_key(key))
        if self._lost.is_set():
            raise WriterBusyError(
                f"Another annexa took over the store {self._url} while this one could not reach "
                "it: run the command again, it goes on where it stopped."
            )
        with azure_errors(self._url):
            try:
                blob.upload_blob(
                    data, length=len(data), overwrite=False, validate_content=True, **self._asked()
                )
            except HttpResponseError as error:
                if error_code(error) not in _THERE:
                    raise
                return self._found(key, data)
            self._receive(key, self.read_protection(key))
        return True

    def stage(self) -> TemporaryStage:
        """A file for temporary files, put as one blob. Raises UnavailableError."""
        return TemporaryStage(self.put_once)

    def get(self, key: str) -> bytes:
        """Read all bytes; of an object that was deleted, those of its first kept version.

        Raises NotFoundError, UnavailableError.
        """
        blob = self._container.get_blob_client(checked_key(key))
        with azure_errors(self._url):
            try:
                return blob.download_blob().readall()
            except ResourceNotFoundError as error:
                if error_code(error) == "ContainerNotFound":
                    raise
            version_id = self._first_version(key)
            if version_id is None:
                raise self._missing(key)
            return blob.download_blob(version_id=version_id).readall()

    def list(self, prefix: str) -> Iterator[str]:
        """Keys that begin with this text, ascending."""
        checked_prefix(prefix)
        with azure_errors(self._url):
            for name in self._container.list_blob_names(name_starts_with=prefix or None):
                if not name.startswith("."):
                    yield name

    def protection(self, key: str) -> Protection:
        """What Azure tells of this object now. Raises NotFoundError, UnavailableError."""
        checked_key(key)
        with azure_errors(self._url):
            try:
                return self.read_protection(key)
            except ResourceNotFoundError as error:
                if error_code(error) == "ContainerNotFound":
                    raise
                raise self._missing(key) from None

    def read_protection(self, key: str, version_id: str | None = None) -> Protection:
        """What Azure tells now of the current or of one version. Raises HttpResponseError."""
        version: dict[str, Any] = {"version_id": version_id} if version_id else {}
        told = self._container.get_blob_client(key).get_blob_properties(**version)
        policy = told.immutability_policy
        mode = "none" if policy.expiry_time is None else str(policy.policy_mode).lower()
        if mode == "none" and self._has_container_policy():
            mode = "unlocked"  # the data plane does not tell whether a container's is locked
        return Protection(
            mode=mode,
            until=policy.expiry_time,
            legal_hold=bool(told.has_legal_hold),
            version_id=told.version_id,
            etag=told.etag,
        )

    def writer(self, purpose: str) -> AbstractContextManager[None]:
        """Be the only writer until the block ends, or a minute after the process died.

        Raises WriterBusyError naming the other's process id and purpose where Azure keeps them.
        """
        return self._writer(purpose)

    def take_stored(self) -> Stored:
        """What was read back of each object this process wrote, since it last asked."""
        with self._stored_lock:
            taken, self._stored = self._stored, {}
        return Stored(objects=len(taken), read_back=taken)

    def guarantee(self) -> Guarantee:
        """What the container and evidence in it tell of their protection. Raises UnavailableError.

        From then on the label counts in what was read.
        """
        with azure_errors(self.url):
            told = self.container.get_container_properties()
            probed = probes(self.list("entry/"), self.list("checkpoint/"))
            read_back = [self.read_protection(key) for key in probed]
        for protection in read_back:
            self.seen(protection)
        return guarantee_of(told, read_back, self.label)

    def seen(self, protection: Protection) -> None:
        """Let the label count this in."""
        self._modes.add(protection.mode)

    def close(self) -> None:
        """Close the connections."""
        self._container.close()

    @contextlib.contextmanager
    def _writer(self, purpose: str) -> Iterator[None]:
        lease = writer_lease(self._container, purpose, since=self._now(), lost=self._lost)
        with contextlib.ExitStack() as held:
            with azure_errors(self._url):
                held.enter_context(lease)
            yield

    def _asked(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"legal_hold": True} if self._legal_hold else {}
        if self._retention is not None:
            until = self._now().replace(microsecond=0) + self._retention + timedelta(seconds=1)
            mode = BlobImmutabilityPolicyMode.UNLOCKED
            if self._locked:
                mode = BlobImmutabilityPolicyMode.LOCKED
            asked["immutability_policy"] = ImmutabilityPolicy(expiry_time=until, policy_mode=mode)
        return asked

    def _found(self, key: str, data: bytes) -> bool:
        if self.get(key) != data:
            raise StoreConflictError(
                f"The store {self._url} already holds {key} with other bytes: sealed evidence is "
                "never replaced. Check that only one log writes to this store."
            )
        return False

    def _has_container_policy(self) -> bool:
        if self._container_policy is None:
            told = self._container.get_container_properties()
            versions = told.immutable_storage_with_versioning_enabled
            self._container_policy = bool(told.has_immutability_policy) and not versions
        return self._container_policy

    def _receive(self, key: str, protection: Protection) -> None:
        with self._stored_lock:
            self._stored[key] = protection
        self.seen(protection)

    def _first_version(self, key: str) -> str | None:
        listed = self._container.list_blobs(name_starts_with=key, include=["versions"])
        found = [str(one.version_id) for one in listed if one.name == key and one.version_id]
        return min(found, default=None)

    def _missing(self, key: str) -> NotFoundError:
        return NotFoundError(f"The store {self._url} holds no object {key}.")
