"""A log in memory: a store that can fail, keys and an authority that stamps."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from cryptography import x509

from app.errors import (
    NotFoundError,
    StoreConflictError,
    UnavailableError,
)
from app.evidence.canonical import parse
from app.evidence.record import (
    EntryPlace,
    Event,
)
from app.services.log.evidence_log import EvidenceLog
from app.services.proof.entries import Finding
from app.services.proof.log_walk import verify_log
from app.store.base import Protection, Store
from app.store.stage import TemporaryStage
from app.trust.keys.keyring import Trust
from app.trust.time.timestamp import (
    DevelopmentAuthority,
)

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
RULES = b"an archive of rules"


def now() -> datetime:
    return NOW


class MemoryStore:
    """A write-once store in memory."""

    label = "memory"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_once(self, key: str, data: bytes) -> bool:
        if self.objects.setdefault(key, data) is data:
            return True
        if self.objects[key] != data:
            raise StoreConflictError(key)
        return False

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

    def writer(self, purpose: str) -> AbstractContextManager[None]:
        assert purpose
        return nullcontext()


class FailingStore(MemoryStore):
    """Fails at the k-th put, before or after the bytes are there."""

    def __init__(self, objects: dict[str, bytes], fails_at: int, *, written: bool) -> None:
        super().__init__()
        self.objects = objects
        self._left, self._written = fails_at, written

    def put_once(self, key: str, data: bytes) -> bool:
        self._left -= 1
        if self._left == 0:
            if self._written:
                super().put_once(key, data)
            raise UnavailableError("the disk is gone")
        return super().put_once(key, data)


def event(number: int) -> Callable[[EntryPlace], bytes]:
    return Event(kind="verified", at=NOW, actor="test", detail={"number": number}).sealed


def numbers(log: EvidenceLog) -> list[int]:
    return [parse(data)["detail"]["number"] for _, data in log.entries()]


def filled(store: Store, trust: Trust, authority: DevelopmentAuthority, *sizes: int) -> EvidenceLog:
    log = EvidenceLog.open(store, trust.log)
    for size in sizes:
        while log.size < size:
            log.append(event(log.size))
        log.seal(now, [authority])
    return log


def walked(store: Store, trust: Trust, root: x509.Certificate | None = None) -> list[Finding]:
    """All that is found in the store; the tokens are judged by `root`, or the trust's own."""
    return list(verify_log(store, trust.log.key, [root or trust.root]))


def holding(objects: dict[str, bytes]) -> MemoryStore:
    store = MemoryStore()
    store.objects = objects
    return store
