"""A store in memory, so that a benchmark measures the log and not the disk."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from app.errors import NotFoundError
from app.store.base import Guarantee, Protection, Stored
from app.store.stage import TemporaryStage


class MemoryStore:
    """Keeps what it is given for as long as the process lives."""

    label = "memory"

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects

    def put_once(self, key: str, data: bytes) -> bool:
        """Keep."""
        return self.objects.setdefault(key, data) is data

    def stage(self) -> TemporaryStage:
        """Bytes in pieces."""
        return TemporaryStage(self.put_once)

    def get(self, key: str) -> bytes:
        """All bytes. Raises NotFoundError."""
        if key not in self.objects:
            raise NotFoundError(key)
        return self.objects[key]

    def list(self, prefix: str) -> Iterator[str]:
        """Keys under a prefix."""
        yield from sorted(key for key in self.objects if key.startswith(prefix))

    def protection(self, key: str) -> Protection:
        """None."""
        self.get(key)
        return Protection(mode="none")

    def take_stored(self) -> Stored:
        """None."""
        return Stored(objects=0)

    def guarantee(self) -> Guarantee:
        """None."""
        return Guarantee(label=self.label, write_once=False, detail="It is gone with the process.")

    def writer(self, purpose: str) -> AbstractContextManager[None]:
        """Nobody else can reach it."""
        del purpose
        return nullcontext()
