"""OData query options of Microsoft Graph: the plain ones exactly, everything else refused."""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]

_CLAUSE = re.compile(
    r"\s*(?P<path>[A-Za-z][\w/]*)\s+eq\s+(?P<value>'(?:[^']|'')*'|true|false|null|-?\d+)"
    r"\s*(?P<more>and\s+|$)",
    re.IGNORECASE,
)


class ODataError(ValueError):
    """A query option that is not understood."""


def parse_filter(text: str) -> Callable[[Row], bool]:
    """A `$filter` of `path eq value` clauses joined by `and`. Raises ODataError otherwise."""
    clauses: list[tuple[tuple[str, ...], Any]] = []
    position = 0
    while position < len(text):
        match = _CLAUSE.match(text, position)
        if match is None or (match["more"] and match.end() == len(text)):
            raise ODataError(f"Invalid filter clause: {text[position:]!r}")
        clauses.append((tuple(match["path"].split("/")), _value(match["value"])))
        position = match.end()
    if not clauses:
        raise ODataError("Invalid filter clause: it is empty")
    return lambda row: all(_at(row, path) == value for path, value in clauses)


def select(row: Row, names: tuple[str, ...]) -> Row:
    """The row with these properties only, in the order it has them. Annotations stay."""
    return {key: value for key, value in row.items() if key in names or key.startswith("@")}


def _value(text: str) -> Any:
    plain = text.lower()
    if plain in ("true", "false"):
        return plain == "true"
    if plain == "null":
        return None
    return text[1:-1].replace("''", "'") if text.startswith("'") else int(text)


def _at(row: Row, path: tuple[str, ...]) -> Any:
    here: Any = row
    for step in path:
        if not isinstance(here, dict):
            return None
        here = here.get(step)
    return here
