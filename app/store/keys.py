"""Which keys a store accepts."""

import re

from app.errors import UsageError

_SEGMENT = re.compile(r"[a-z0-9_-][a-z0-9._-]*")
_LONGEST = 512


def checked_key(key: str) -> str:
    """The key itself. Raises UsageError unless it is relative segments of [a-z0-9._-].

    No segment begins with a dot: `..` is refused, and dotted names are the store's own.
    """
    whole = len(key) <= _LONGEST and all(_SEGMENT.fullmatch(part) for part in key.split("/"))
    if not whole:
        raise UsageError(
            f"{key[:80]!r} is not a store key: use relative lower-case segments of a-z 0-9 . _ -"
        )
    return key


def checked_prefix(prefix: str) -> str:
    """The prefix itself: empty, or the beginning of a valid key. Raises UsageError."""
    if prefix:
        checked_key(prefix + "0" if prefix.endswith("/") else prefix)
    return prefix
