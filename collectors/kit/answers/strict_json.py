"""Strict JSON: nothing a page says is lost, rounded or silently chosen between two."""

import json
from typing import Any

MAX_SAFE = 2**53 - 1
"""Largest integer every JSON reader keeps exact (RFC 8785, section 3.2.2.3)."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class DuplicateKeyError(ValueError):
    """A JSON object names a key twice: two readers could see two things."""


def parse_body(data: bytes) -> Any:
    """Parse an answer. A byte order mark before it is passed over, as RFC 8259 (8.1) lets readers.

    Raises ValueError as `parse` does.
    """
    return parse(data.removeprefix(BYTE_ORDER_MARK))


def parse(data: bytes) -> Any:
    """Parse one JSON value; floats and integers beyond MAX_SAFE become strings.

    Raises ValueError (JSONDecodeError, DuplicateKeyError, UnicodeDecodeError) on anything else.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_float=str,
            parse_int=_exact,
            parse_constant=_refuse,
            object_pairs_hook=_unique,
        )
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error
    if b"\\ud" in data.lower():
        # An escaped lone surrogate is no Unicode: it has no UTF-8 and so no canonical bytes.
        json.dumps(value, ensure_ascii=False).encode()
    return value


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
