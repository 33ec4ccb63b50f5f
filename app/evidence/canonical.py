"""Canonical JSON (RFC 8785) and strict parsing, so that equal facts have equal bytes."""

import hashlib
from typing import Any

import rfc8785

from collectors.kit.strict_json import MAX_SAFE, DuplicateKeyError, parse

__all__ = ["MAX_SAFE", "DuplicateKeyError", "canonical", "parse", "sha256"]


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a value made of dict, list, str, bool, None and integers up to MAX_SAFE."""
    return rfc8785.dumps(value)


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()
