"""Reads the documents that levers are pulled with: strict, and in words when they are wrong."""

from collections.abc import Mapping
from typing import Any


class LeverError(ValueError):
    """A lever's document that cannot be understood; the text says which part."""


def read(document: Any, known: Mapping[str, type]) -> dict[str, Any]:
    """The document, when it is an object whose keys and types are known. Raises LeverError."""
    if not isinstance(document, dict):
        raise LeverError(f"a lever is an object with some of {sorted(known)}")
    for key, value in document.items():
        if key not in known:
            raise LeverError(f"a lever has no {key!r}; it has {sorted(known)}")
        if not isinstance(value, known[key]) or value in ("", []):
            raise LeverError(f"{key!r} is {value!r}: wanted {known[key].__name__}")
    return document


def arm_id(text: str) -> str:
    """An ARM id as all are compared: lower case, a slash in front and none behind."""
    return "/" + text.lower().strip("/") if text.strip("/") else ""


def scope_of(told: Mapping[str, Any]) -> str:
    """Where a lever works: `resource`, `group` or `scope` (ARM ids), `subscription`, or all."""
    named = [key for key in ("resource", "group", "scope", "subscription") if key in told]
    if len(named) > 1:
        raise LeverError(f"a lever works in one place, and not at {' and '.join(named)}")
    if not named:
        return ""
    text = str(told[named[0]])
    if named[0] == "subscription" and "/" not in text:
        return arm_id(f"subscriptions/{text}")
    if "/" not in text:
        raise LeverError(f"{named[0]!r} is {text!r}: wanted an ARM id")
    return arm_id(text)


def inside(name: str, scope: str) -> bool:
    """Whether an ARM id (as `arm_id` writes it) is the scope or below it; "" holds everything."""
    return not scope or name == scope or name.startswith(f"{scope}/")
