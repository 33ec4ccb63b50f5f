"""The store port: write-once objects by key. There is no delete and no overwrite."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.store.guarantee import Guarantee
    from app.store.stored import Receipts


@dataclass(frozen=True, kw_only=True, slots=True)
class Protection:
    """What really protects an object, as read back from the store."""

    mode: str
    """`tamper-evident only`, `unlocked`, `locked` or `none`."""
    until: datetime | None = None
    legal_hold: bool = False
    version_id: str | None = None
    etag: str | None = None


class Store(Protocol):
    """Write-once objects.

    Keys are relative paths of [a-z0-9._/-] segments without `..`. `put_once` is durable once it
    returns and atomic: a reader sees all bytes or no object. Safe for several threads.
    """

    @property
    def label(self) -> str:
        """What this store guarantees, as shown to people."""
        ...

    def put_once(self, key: str, data: bytes) -> bool:
        """Write. True if written now, False if the same bytes were there already.

        Raises StoreConflictError if other bytes are there, UnavailableError if it cannot be
        written (full disk, refused).
        """
        ...

    def get(self, key: str) -> bytes:
        """Read all bytes. Raises NotFoundError."""
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Keys under a prefix, in ascending order."""
        ...

    def protection(self, key: str) -> Protection:
        """What protects this object. Raises NotFoundError."""
        ...

    def take_receipts(self) -> "Receipts":
        """What was read back of the objects this process wrote, since it last asked."""
        ...

    def guarantee(self) -> "Guarantee":
        """What the store guarantees, asked of it now. Raises UnavailableError."""
        ...

    def writer(self, purpose: str) -> AbstractContextManager[None]:
        """Be the only writer of this store, across processes. Raises WriterBusyError."""
        ...
