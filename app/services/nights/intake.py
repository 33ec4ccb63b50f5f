"""Raw bodies into the store, named by their digest, large ones in the pieces that Azure sends."""

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from app.errors import UnavailableError
from app.evidence.canonical import sha256
from app.evidence.record import raw_key
from app.store.base import Stage, Store
from collectors.azure.intake import Intake

STAGED_FROM = 1 << 20
"""Bytes of a body that are held; a larger one goes into the store as it arrives.

Nearly every page is smaller, and most are in the store already: those then cost no write at all.
"""


class StoreIncoming:
    """Implements `collectors.azure.intake.Incoming`.

    While a body arrives no more than STAGED_FROM bytes of it and a piece are in memory, whatever
    its size; the digest is made on the way. Raises UnavailableError when the store cannot be
    written or gives back other bytes, and StoreConflictError where it holds others already.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._digest = hashlib.sha256()
        self._held = BytesIO()
        self._staged: Stage | None = None
        self._body: bytes | None = None
        self._lock = threading.Lock()
        """Held by the thread that is at work on what is staged."""
        self._dropped = False

    async def write(self, piece: bytes) -> None:
        """Append."""
        self._body = None
        self._digest.update(piece)
        self._held.write(piece)
        if self._held.tell() >= STAGED_FROM:
            await self._stage()

    async def body(self) -> bytes:
        """All that was written; read back from where it will be kept, if it is large."""
        if self._body is None and self._staged is None:
            self._body = self._held.getvalue()
        elif self._body is None:
            await self._stage()
            self._body = await asyncio.to_thread(self._read_back)
        return self._body or b""

    async def keep(self) -> None:
        """Store it under the digest of what was written; nothing of what was dropped."""
        if self._dropped:
            return
        key = raw_key(self._digest.hexdigest())
        if self._staged is None:
            await asyncio.to_thread(self._store.put_once, key, await self.body())
        else:
            await self._stage()
            await asyncio.to_thread(self._publish, key)

    def drop(self) -> None:
        """Nothing of it stays in the store, unless it was kept. Waits for no thread."""
        self._dropped = True
        self._held, self._body = BytesIO(), None
        self._settle()

    async def _stage(self) -> None:
        held, self._held = self._held.getvalue(), BytesIO()
        if held:
            await asyncio.to_thread(self._append, held)

    def _append(self, held: bytes) -> None:
        with self._at_work():
            if self._dropped:
                return
            if self._staged is None:
                self._staged = self._store.stage()
            self._staged.write(held)

    def _read_back(self) -> bytes:
        with self._at_work():
            if self._dropped or self._staged is None:
                return b""
            body = self._staged.read()
            if sha256(body) != self._digest.hexdigest():
                raise UnavailableError(
                    f"What was written of an answer of {len(body)} bytes is not what is read back "
                    f"of it: check the disk under the store ({self._store.label}), then run the "
                    "command again."
                )
        return body

    def _publish(self, key: str) -> None:
        with self._at_work():
            if not self._dropped and self._staged is not None:
                self._staged.publish(key)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        finally:
            self._settle()

    def _settle(self) -> None:
        """Discard what was dropped, once no thread is at work on it: the last to leave does."""
        if self._dropped and self._lock.acquire(blocking=False):
            try:
                if self._staged is not None:
                    self._staged.discard()
            finally:
                self._lock.release()


def intake_of(store: Store) -> Intake:
    """Raw bodies go to the store, by digest, before anything parses them."""
    return lambda: StoreIncoming(store)
