"""Pages of a list: offsets hidden in an opaque token, as Azure does."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A slice of a list and where the next begins."""

    rows: Sequence[Any]
    next_token: str | None


class BadTokenError(ValueError):
    """A skip token that this list never gave out."""


def page_of(rows: Sequence[Any], *, token: str | None, size: int, of: str) -> Page:
    """The page that `token` (None: the first) points at. `of` names the list the token is for."""
    start = 0 if token is None else _offset(token, of)
    end = start + size
    return Page(rows=rows[start:end], next_token=_token(end, of) if end < len(rows) else None)


def _token(offset: int, of: str) -> str:
    return base64.urlsafe_b64encode(f"{offset}|{of}".encode()).decode().rstrip("=")


def _offset(token: str, of: str) -> int:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise BadTokenError(token) from error
    offset, _, name = raw.partition("|")
    if name != of or not offset.isdigit():
        raise BadTokenError(token)
    return int(offset)
