"""Canonical JSON (RFC 8785) and strict parsing, so that equal facts have equal bytes."""

import hashlib
import json
from typing import Any

import rfc8785

MAX_SAFE = 2**53 - 1
"""Largest integer every JSON reader keeps exact (RFC 8785, section 3.2.2.3)."""


class DuplicateKeyError(ValueError):
    """A JSON object names a key twice: two readers could see two things."""


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a value made of dict, list, str, bool, None and integers up to MAX_SAFE."""
    return rfc8785.dumps(value)


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes) -> Any:
    """Parse JSON without losing anything: floats and large integers become strings.

    Raises ValueError (JSONDecodeError, DuplicateKeyError, UnicodeDecodeError) on bytes that are
    not one JSON value.
    """
    return json.loads(
        data.decode("utf-8"),
        parse_float=str,
        parse_int=_exact,
        parse_constant=_refuse,
        object_pairs_hook=_unique,
    )


def _exact(text: str) -> int | str:
    number = int(text)
    return number if abs(number) <= MAX_SAFE else text


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise DuplicateKeyError("a JSON object names a key twice")
    return made
