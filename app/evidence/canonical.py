"""Canonical JSON (RFC 8785) and strict parsing, so that equal facts have equal bytes."""

import hashlib
import json
import re
from typing import Any

import rfc8785

from app.errors import VerificationFailedError
from collectors.kit.answers.strict_json import MAX_SAFE, DuplicateKeyError, parse

__all__ = ["MAX_SAFE", "DuplicateKeyError", "canonical", "parse", "sealed_json", "sha256"]

_BEYOND = re.compile("[\ud800-\U0010ffff]")
"""Where UTF-16 order (RFC 8785, section 3.2.3) and code point order of keys can differ."""


class NotCanonicalError(VerificationFailedError, ValueError):
    """What was sealed is not JSON that every reader reads alike."""

    code = "record_malformed"


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a value made of dict, list, str, bool, None and integers up to MAX_SAFE.

    Raises TypeError for anything else (floats above all: their text is not ours to choose) and
    ValueError for integers beyond MAX_SAFE or text that is not Unicode.
    """
    if _only_simple_keys(value):
        # The C encoder writes exactly RFC 8785's strings and integers, 7 times as fast as
        # rfc8785; tests/evidence/test_canonical.py holds the two together.
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode()
    return rfc8785.dumps(value)


def sealed_json(data: bytes) -> Any:
    """The value of sealed JSON, once its canonical form is these very bytes.

    So it says one thing to every reader: no key stands twice, no number is rounded. Raises
    NotCanonicalError.
    """
    try:
        value = parse(data)
        same = canonical(value) == data
    except (ValueError, TypeError) as error:
        raise NotCanonicalError(f"sealed JSON cannot be read: {error}") from error
    if not same:
        raise NotCanonicalError("it is not the one canonical form of what it says (RFC 8785)")
    return value


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def _only_simple_keys(value: Any) -> bool:
    """Refuse what is not canonical; False when a key needs UTF-16 ordering."""
    simple = True
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            simple = all(_is_simple(key) for key in here) and simple
            stack.extend(here.values())
        elif isinstance(here, list | tuple):
            stack.extend(here)
        elif isinstance(here, bool | str) or here is None:
            continue
        elif not isinstance(here, int):
            raise TypeError(f"{type(here).__name__} has no canonical form here")
        elif abs(here) > MAX_SAFE:
            raise ValueError(f"{here} is beyond what every JSON reader keeps exact")
    return simple


def _is_simple(key: Any) -> bool:
    if not isinstance(key, str):
        raise TypeError("a JSON key is a string")
    return _BEYOND.search(key) is None
