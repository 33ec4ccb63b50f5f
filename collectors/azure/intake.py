"""A raw body on its way in: the port that takes it, and one that keeps it nowhere."""

from collections.abc import Callable
from io import BytesIO
from typing import Protocol, TypeAlias


class Incoming(Protocol):
    """One raw body, written piece by piece as Azure sends it; evidence once it is kept."""

    async def write(self, piece: bytes) -> None:
        """Append."""
        ...

    async def body(self) -> bytes:
        """All that was written, as it is kept: the same object however often it is asked for."""
        ...

    async def keep(self) -> None:
        """Store it, before anything parses it."""
        ...

    def drop(self) -> None:
        """Forget it. Does nothing to what was kept; a second time does nothing."""
        ...


Intake: TypeAlias = Callable[[], Incoming]
"""Begins a raw body. Each is kept before anything parses it, or dropped."""


class Unstored:
    """A body that is looked at and not stored: a permission check makes no evidence."""

    def __init__(self) -> None:
        self._pieces = BytesIO()
        self._body: bytes | None = None

    async def write(self, piece: bytes) -> None:
        """Append."""
        self._body = None
        self._pieces.write(piece)

    async def body(self) -> bytes:
        """All that was written."""
        if self._body is None:
            self._body = self._pieces.getvalue()
        return self._body

    async def keep(self) -> None:
        """Keep nothing."""

    def drop(self) -> None:
        """Let go of the bytes."""
        self._pieces, self._body = BytesIO(), None
