"""Legal holds, longer retention and locks on blobs of a container with version-level immutability.

Set Blob Legal Hold and Set Blob Immutability Policy need the data action
blobs/immutableStorage/runAsSuperUser/action.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobImmutabilityPolicyMode, ImmutabilityPolicy

from app.errors import RefusedError
from app.store.azure.blob import AzureBlobStore
from app.store.azure.errors import azure_errors, error_code
from app.store.base import Protection


class AzureProtector:
    """Protects the current version of each blob."""

    def __init__(self, store: AzureBlobStore) -> None:
        self._store = store

    def hold(self, key: str, *, on: bool) -> Protection:
        """Raises NotFoundError, RefusedError, UnavailableError."""
        if self._store.protection(key).legal_hold != on:
            with self._refusals():
                self._store.container.get_blob_client(key).set_legal_hold(on)
        told = self._store.protection(key)
        if told.legal_hold != on:
            raise RefusedError(
                f"The store {self._store.url} accepted the change of the legal hold of {key} and "
                "did not make it: it enforces no immutability.",
                code="protection_not_kept",
            )
        return told

    def extend(self, key: str, until: datetime, *, locked: bool) -> Protection:
        """Raises NotFoundError, RefusedError, UnavailableError."""
        held = self._store.protection(key)
        if held.until is not None and held.until > until:
            raise RefusedError(
                f"{key} is kept until {held.until:%Y-%m-%d %H:%M} UTC already: retention is only "
                "ever extended.",
                code="retention_longer",
            )
        wanted = locked or held.mode == "locked"
        if held.until == until and wanted == (held.mode == "locked"):
            return held
        return self._with_policy(key, until, locked=wanted)

    def lock(self, key: str) -> Protection:
        """Raises NotFoundError, RefusedError, UnavailableError."""
        held = self._store.protection(key)
        if held.mode == "locked" or held.until is None:
            return held
        return self._with_policy(key, held.until, locked=True)

    def _with_policy(self, key: str, until: datetime, *, locked: bool) -> Protection:
        modes = BlobImmutabilityPolicyMode
        mode = modes.LOCKED if locked else modes.UNLOCKED
        with self._refusals():
            self._store.container.get_blob_client(key).set_immutability_policy(
                ImmutabilityPolicy(expiry_time=until, policy_mode=mode)
            )
        told = self._store.protection(key)
        if told.until is None or told.until < until or (locked and told.mode != "locked"):
            raise RefusedError(
                f"The store {self._store.url} accepted a policy for {key} and did not keep it: it "
                "enforces no immutability.",
                code="protection_not_kept",
            )
        return told

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        with azure_errors(self._store.url):
            try:
                yield
            except HttpResponseError as error:
                if error.status_code == 403:
                    raise RefusedError(
                        f"This identity may not change the protection of objects in "
                        f"{self._store.url} ({error_code(error)}): name one that has the data "
                        "action blobs/immutableStorage/runAsSuperUser/action as the store's "
                        "credential for this one command.",
                        code="protection_rights_missing",
                    ) from error
                if error.status_code in {400, 409, 501}:
                    raise RefusedError(
                        f"The store {self._store.url} refused to change the protection of an "
                        f"object ({error.status_code} {error_code(error)}): its container needs "
                        "version-level immutability.",
                        code="protection_refused",
                    ) from error
                raise
