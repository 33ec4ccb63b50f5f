"""A store on a disk that fills up."""

from typing import Any

from app.errors import UnavailableError
from app.evidence.record import entry_key
from app.store.base import Store


class FullDisk:
    """A store that takes entries up to a place, and then no more."""

    def __init__(self, store: Store, end: int) -> None:
        self._store, self._end = store, entry_key(end)

    def put_once(self, key: str, data: bytes) -> bool:
        if key.startswith("entry/") and key >= self._end:
            raise UnavailableError("the disk is full")
        return self._store.put_once(key, data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
