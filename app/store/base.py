"""The store port: write-once objects by key. There is no delete and no overwrite."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from app.evidence.record import utc

MODES = ("tamper-evident only", "none", "unlocked", "locked")
"""Modes of protection, the weakest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Protection:
    """What really protects an object, as read back from the store."""

    mode: str
    """`tamper-evident only`, `unlocked`, `locked` or `none`."""
    until: datetime | None = None
    legal_hold: bool = False
    version_id: str | None = None
    etag: str | None = None

    def detail(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {**asdict(self), "until": None if self.until is None else utc(self.until)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """Of the objects one process wrote since it last asked."""

    objects: int
    read_back: Mapping[str, Protection] = field(default_factory=dict)
    """By key; empty where nothing can be read back of a single object."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarantee:
    """A store's guarantee."""

    label: str
    """In a few words."""
    write_once: bool
    """True when the store itself was seen to refuse the deletion of evidence."""
    detail: str
    """One sentence: what was asked of the store, and what it told."""


class Stage(Protocol):
    """Bytes on their way into a store: no key names them, and no reader sees them, until `publish`.

    For bodies that arrive in pieces and need not be in memory meanwhile. One thread at a time.
    """

    def write(self, piece: bytes) -> None:
        """Append. Raises UnavailableError (full disk, refused)."""
        ...

    def read(self) -> bytes:
        """All that was written, as it will be published. Raises UnavailableError."""
        ...

    def publish(self, key: str) -> bool:
        """As `put_once` with all that was written, and then `discard`."""
        ...

    def discard(self) -> None:
        """Leave nothing of it, but what was published. Never raises; a second time does nothing."""
        ...


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

    def stage(self) -> Stage:
        """Begin an object whose bytes arrive in pieces. Raises UnavailableError."""
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

    def take_stored(self) -> Stored:
        """What was read back of the objects this process wrote, since it last asked."""
        ...

    def guarantee(self) -> Guarantee:
        """What the store guarantees, asked of it now. Raises UnavailableError."""
        ...

    def writer(self, purpose: str) -> AbstractContextManager[None]:
        """Be the only writer of this store, across processes. Raises WriterBusyError."""
        ...


def weakest(read_back: Iterable[Protection]) -> Protection | None:
    """The protection that gives way first: by mode, then by date. None of none."""
    return min(read_back, key=_strength, default=None)


def weaker(one: Protection, other: Protection) -> bool:
    """Does the first give way before the second?"""
    return _strength(one) < _strength(other)


def _strength(one: Protection) -> tuple[int, bool, float, bool]:
    until = 0.0 if one.until is None else one.until.timestamp()
    # A policy of the whole container has no date of its own that the storage API tells.
    return MODES.index(one.mode), one.until is not None, until, one.legal_hold
