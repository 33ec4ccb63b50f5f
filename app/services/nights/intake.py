"""Raw bodies into the store, named by their digest, in the pieces in which Azure sends them."""

import asyncio
import hashlib
from io import BytesIO

from app.evidence.record import raw_key
from app.store.base import Staged, Store
from collectors.azure.incoming import Intake

STAGED_FROM = 1 << 20
"""Bytes of a body that are held; a larger one goes into the store as it arrives.

Nearly every page is smaller, and most are in the store already: those then cost no write at all.
"""


class StoreIncoming:
    """Implements `collectors.azure.incoming.Incoming`.

    While a body arrives no more than STAGED_FROM bytes of it are in memory, whatever its size; the
    digest is made on the way. Raises UnavailableError when the store cannot be written, and
    StoreConflictError where it holds other bytes under that digest.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._digest = hashlib.sha256()
        self._held = BytesIO()
        self._staged: Staged | None = None
        self._body: bytes | None = None

    def write(self, piece: bytes) -> None:
        """Append."""
        self._digest.update(piece)
        self._held.write(piece)
        if self._held.tell() >= STAGED_FROM:
            self._stage()

    def body(self) -> bytes:
        """All that was written; read back from where it will be kept, if it is large."""
        if self._body is None and self._staged is None:
            self._body = self._held.getvalue()
        elif self._body is None and self._staged is not None:
            self._stage()
            self._body = self._staged.read()
        return self._body or b""

    async def keep(self) -> None:
        """Store it under the digest of what was written."""
        key = raw_key(self._digest.hexdigest())
        if self._staged is None:
            await asyncio.to_thread(self._store.put_once, key, self.body())
        else:
            self._stage()
            await asyncio.to_thread(self._staged.publish, key)

    def drop(self) -> None:
        """Nothing of it stays in the store, unless it was kept."""
        self._held, self._body = BytesIO(), None
        if self._staged is not None:
            self._staged.discard()

    def _stage(self) -> None:
        if self._staged is None:
            self._staged = self._store.stage()
        self._staged.write(self._held.getvalue())
        self._held = BytesIO()


def intake_of(store: Store) -> Intake:
    """Raw bodies go to the store, by digest, before anything parses them."""
    return lambda: StoreIncoming(store)
