"""Cursors: where a list goes on. Opaque, and only good where they were given."""

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from app.api.http.problems import ProblemError

T = TypeVar("T")
MAC = 16
PATTERN = r"^[A-Za-z0-9_-]{24,400}$"
Cursor = Annotated[str | None, Query(pattern=PATTERN, description="`next` of the part before.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Items in one answer.")]
USUAL = 100


class Listing(BaseModel, Generic[T]):
    """Part of a list."""

    items: list[T]
    next: str | None
    """Cursor of the following part; null at the end."""


class Cursors:
    """Signs cursors with a key of this process: after a restart a list begins anew."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def read(self, cursor: str | None, of: str) -> list[str | int] | None:
        """The place a cursor names in the list `of`; None at the beginning.

        Raises ProblemError (422) for one that was not given for this list.
        """
        if cursor is None:
            return None
        try:
            data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            data = b""
        mac, place = data[:MAC], data[MAC:]
        if not hmac.compare_digest(mac, self._mac(place, of)):
            raise ProblemError(
                422,
                "this cursor was not given for this list, or before a restart; begin anew",
                code="cursor_invalid",
            )
        found: list[str | int] = json.loads(place)
        return found

    def listing(
        self, rows: Sequence[T], limit: int, of: str, place: Callable[[T], list[str | int]]
    ) -> Listing[T]:
        """Up to `limit` of these rows; one more among them says that the list goes on."""
        shown = list(rows[:limit])
        following = self._write(place(shown[-1]), of) if len(rows) > limit else None
        return Listing(items=shown, next=following)

    def part(self, rows: Sequence[T], cursor: str | None, limit: int, of: str) -> Listing[T]:
        """Part of a whole list that does not change between two requests."""
        place = self.read(cursor, of)
        start = int(place[0]) if place else 0
        end = start + limit
        following = self._write([end], of) if end < len(rows) else None
        return Listing(items=list(rows[start:end]), next=following)

    def _write(self, place: list[str | int], of: str) -> str:
        data = json.dumps(place).encode()
        return base64.urlsafe_b64encode(self._mac(data, of) + data).decode().rstrip("=")

    def _mac(self, place: bytes, of: str) -> bytes:
        return hmac.digest(self._key, of.encode() + b"\0" + place, "sha256")[:MAC]
