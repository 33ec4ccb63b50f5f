"""A small Kusto engine for Resource Graph: plain queries exactly, everything else refused.

Understood: `<table>` then any of `where`, `project`, `order by` / `sort by`, `take` / `limit`,
`summarize count() by`, `count`, `distinct`. Conditions: `==` `!=` `=~` `!~` `in` `in~` `!in`
`!in~` `contains` `startswith` `endswith` `isempty()` `isnotempty()`, joined by `and`, `or` and
brackets.
Source: learn.microsoft.com, "Understanding the Azure Resource Graph query language".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.server.kql.conditions import read_condition
from simulator.server.kql.paths import (
    COLUMNS,
    MISSING,
    Path,
    Row,
    must_exist,
    own_column,
    plain,
    read_path,
)
from simulator.server.kql.words import QueryError, Words

TABLES = (
    "resources",
    "resourcecontainers",
    "authorizationresources",
    "advisorresources",
    "alertsmanagementresources",
    "appserviceresources",
    "guestconfigurationresources",
    "healthresources",
    "maintenanceresources",
    "networkresources",
    "patchassessmentresources",
    "policyresources",
    "recoveryservicesresources",
    "securityresources",
    "servicehealthresources",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Rows of a query, and the columns they may have."""

    rows: Sequence[Row]
    columns: tuple[str, ...]


def run(query: str, tables: dict[str, list[Row]]) -> Result:
    """Answer a query over these tables. Raises QueryError for what is not understood."""
    words = Words(query)
    name = words.kind("name")
    if name.value.lower() not in TABLES:
        raise QueryError(f"'{name.value}' is not a table of Resource Graph", name.position)
    result = Result(rows=tables.get(name.value.lower(), []), columns=COLUMNS)
    while words.next.kind != "end":
        words.need("|")
        result = _step(words, result)
    return result


def _step(words: Words, result: Result) -> Result:
    step = words.need(*_STEPS)
    return _STEPS[step.value.lower()](words, result)


def _where(words: Words, result: Result) -> Result:
    condition = read_condition(words, result.columns)
    return Result(rows=[row for row in result.rows if condition(row)], columns=result.columns)


def _project(words: Words, result: Result) -> Result:
    shown = _named_paths(words, result.columns)
    rows = [_projected(row, shown) for row in result.rows]
    return Result(rows=rows, columns=tuple(name for name, _ in shown))


def _projected(row: Row, shown: list[tuple[str, Path]]) -> Row:
    """A column the row lacks stays away, so that an incomplete resource is seen as incomplete."""
    out: Row = {}
    for name, path in shown:
        value = path.of(row)
        if value is not MISSING:
            out[name] = value
        elif len(path.steps) > 1:
            out[name] = None
    return out


def _distinct(words: Words, result: Result) -> Result:
    paths = [read_path(words, result.columns)]
    while words.take(","):
        paths.append(read_path(words, result.columns))
    seen: dict[tuple[Any, ...], Row] = {}
    for row in result.rows:
        seen.setdefault(_group_key(row, paths), _group_row(row, paths))
    return Result(rows=list(seen.values()), columns=tuple(path.name for path in paths))


def _order(words: Words, result: Result) -> Result:
    words.need("by")
    keys: list[tuple[Path, bool]] = []
    while True:
        path = read_path(words, result.columns)
        direction = words.take("asc", "desc")
        # Kusto sorts downwards unless told otherwise.
        keys.append((path, direction is None or direction.value.lower() == "desc"))
        if not words.take(","):
            break
    rows = list(result.rows)
    for path, down in reversed(keys):
        rows.sort(key=lambda row, path=path: _rank(path.of(row)), reverse=down)  # type: ignore[misc]  # the default binds the loop's value
    return Result(rows=rows, columns=result.columns)


def _take(words: Words, result: Result) -> Result:
    limit = int(words.kind("number").value)
    return Result(rows=result.rows[:limit], columns=result.columns)


def _count(_: Words, result: Result) -> Result:
    return Result(rows=[{"Count": len(result.rows)}], columns=("Count",))


def _summarize(words: Words, result: Result) -> Result:
    name, first = "count_", words.kind("name")
    if words.take("="):
        name, first = first.value, words.kind("name")
    if first.value.lower() != "count":
        raise QueryError("only count() is understood after summarize", first.position)
    words.need("(")
    words.need(")")
    if not words.take("by"):
        return Result(rows=[{name: len(result.rows)}], columns=(name,))
    shown = _named_paths(words, result.columns)
    paths = [path for _, path in shown]
    groups: dict[tuple[Any, ...], Row] = {}
    for row in result.rows:
        key = _group_key(row, paths)
        if key not in groups:
            groups[key] = {column: plain(path.of(row)) for column, path in shown} | {name: 0}
        groups[key][name] += 1
    return Result(rows=list(groups.values()), columns=(*(column for column, _ in shown), name))


_STEPS: dict[str, Callable[[Words, Result], Result]] = {
    "where": _where,
    "project": _project,
    "distinct": _distinct,
    "order": _order,
    "sort": _order,
    "take": _take,
    "limit": _take,
    "count": _count,
    "summarize": _summarize,
}


def _named_paths(words: Words, columns: tuple[str, ...]) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    while True:
        start = words.next
        path = read_path(words, columns, known=False)
        if words.take("="):
            if len(path.steps) > 1:
                raise QueryError("a new column has a plain name", start.position)
            found.append((path.name, read_path(words, columns)))
        else:
            must_exist(path, columns, start)
            found.append((own_column(path, columns).name, own_column(path, columns)))
        if not words.take(","):
            return found


def _rank(value: Any) -> tuple[int, Any]:
    """Nulls first, then numbers, then text; anything nested by its own text."""
    value = plain(value)
    if value is None:
        return (0, 0)
    if isinstance(value, bool | int | float):
        return (1, value)
    return (2, value if isinstance(value, str) else repr(value))


def _group_key(row: Row, paths: Iterable[Path]) -> tuple[Any, ...]:
    return tuple(repr(plain(path.of(row))) for path in paths)


def _group_row(row: Row, paths: Iterable[Path]) -> Row:
    return {path.name: plain(path.of(row)) for path in paths}
