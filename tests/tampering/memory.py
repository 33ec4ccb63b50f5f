"""A store in memory, so that a thousand changed copies of it cost nothing."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from app.errors import NotFoundError, StoreConflictError
from app.store.base import Guarantee, Protection, Store, Stored
from app.store.stage import TemporaryStage


class MemoryStore:
    """A write-once store whose objects the test may change behind its back."""

    label = "memory"

    def __init__(self, objects: dict[str, bytes] | None = None) -> None:
        self.objects = dict(objects or {})

    def put_once(self, key: str, data: bytes) -> bool:
        if self.objects.get(key, data) != data:
            raise StoreConflictError(key)
        fresh = key not in self.objects
        self.objects[key] = data
        return fresh

    def stage(self) -> TemporaryStage:
        return TemporaryStage(self.put_once)

    def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotFoundError(key)
        return self.objects[key]

    def list(self, prefix: str) -> Iterator[str]:
        yield from sorted(key for key in self.objects if key.startswith(prefix))

    def protection(self, key: str) -> Protection:
        self.get(key)
        return Protection(mode="none")

    def take_stored(self) -> Stored:
        return Stored(objects=0)

    def guarantee(self) -> Guarantee:
        return Guarantee(label=self.label, write_once=False, detail="It is a test's.")

    def writer(self, purpose: str) -> AbstractContextManager[None]:
        assert purpose
        return nullcontext()


def objects_of(store: Store) -> dict[str, bytes]:
    """Everything a store holds."""
    return {key: store.get(key) for key in store.list("")}
