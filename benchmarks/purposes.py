"""What the requests of a night are for."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

SERVICES = {"blobservices", "fileservices", "queueservices", "tableservices"}


def purposes(asked_for: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Requests by what they ask for: the last fixed words of their path."""
    return dict(sorted(Counter(_purpose(entry["path"]) for entry in asked_for).items()))


def _purpose(path: str) -> str:
    """`microsoft.insights/diagnosticsettings of blobservices`, ids and names left out."""
    parts = path.split("?", maxsplit=1)[0].lower().strip("/").split("/")
    if "providers" not in parts:
        words = [part for part in parts if not any(mark in part for mark in "-0123456789")]
        return "/".join(words[-2:]) or "/"
    last = len(parts) - 1 - parts[::-1].index("providers")
    kind = "/".join([parts[last + 1], *parts[last + 2 :: 2]])
    owner = [part for part in parts[:last] if part in SERVICES or part == "master"]
    return f"{kind} of {owner[-1]}" if owner else kind
