"""Sealed JSON: one that every reader reads alike, or none."""

from __future__ import annotations

import json
import re
from typing import Any

from app.packs.verify.checks import need

MAX_SAFE = 2**53 - 1
"""Largest integer that every JSON reader keeps exact (RFC 8785, section 3.2.2.3)."""
BEYOND = re.compile(rb"[\xed-\xf4]")
"""Letters for which the order of UTF-16 and that of code points may differ."""


def sealed_json(data: bytes, code: str = "record_malformed") -> Any:
    """The value, once its canonical form (RFC 8785) is the very bytes. Raises Refused.

    So no key stands twice, and no number is one that readers round in their own ways.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_float=no_number,
            parse_int=exact,
            parse_constant=no_number,
        )
        if BEYOND.search(data):
            value = ordered(value)
        text = json.dumps(
            value, ensure_ascii=False, separators=(",", ":"), sort_keys=not BEYOND.search(data)
        )
        same = text.encode("utf-8") == data
    except (ValueError, RecursionError):
        same, value = False, None
    need(same, "it is not the one canonical form of what it says (RFC 8785)", code)
    return value


def no_number(text: str) -> Any:
    """Canonical form of floats is not ours to choose: there are none."""
    raise ValueError(text)


def exact(text: str) -> int:
    """An integer that every reader keeps exact."""
    number = int(text) if len(text) < 18 else MAX_SAFE + 1
    if abs(number) > MAX_SAFE:
        raise ValueError(text)
    return number


def ordered(value: Any) -> Any:
    """The same with keys in the order of their UTF-16 code units (RFC 8785, section 3.2.3)."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: ordered(value[key]) for key in keys}
    return [ordered(each) for each in value] if isinstance(value, list) else value
