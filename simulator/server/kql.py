"""A small Kusto engine for Resource Graph: plain queries exactly, everything else refused.

Understood: `<table>` then any of `where`, `project`, `order by` / `sort by`, `take` / `limit`,
`summarize count() by`, `count`, `distinct`. Conditions: `==` `!=` `=~` `!~` `in` `in~` `!in`
`!in~` `contains` `startswith` `endswith` `isempty()` `isnotempty()`, joined by `and`, `or` and
brackets.
Source: learn.microsoft.com, "Understanding the Azure Resource Graph query language".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from simulator.server.kql_tokens import QueryError, Word, Words

Row: TypeAlias = dict[str, Any]
Condition: TypeAlias = Callable[[Row], bool]

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
_COLUMNS = (
    "id",
    "name",
    "type",
    "tenantId",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "managedBy",
    "sku",
    "plan",
    "properties",
    "tags",
    "identity",
    "zones",
    "extendedLocation",
    "apiVersion",
)
_MISSING = object()


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Rows of a query, and the columns they have (None: the columns of the table)."""

    rows: Sequence[Row]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Path:
    """A column, or a property inside one."""

    steps: tuple[str, ...]

    @property
    def name(self) -> str:
        return "_".join(self.steps)

    def of(self, row: Row) -> Any:
        here: Any = row
        for step in self.steps:
            if not isinstance(here, dict):
                return _MISSING
            here = here.get(step, _MISSING)
        return here


def run(query: str, tables: dict[str, list[Row]]) -> Result:
    """Answer a query over these tables. Raises QueryError for what is not understood."""
    words = Words(query)
    name = words.kind("name")
    if name.value.lower() not in TABLES:
        raise QueryError(f"'{name.value}' is not a table of Resource Graph", name.position)
    result = Result(rows=tables.get(name.value.lower(), []), columns=_COLUMNS)
    while words.next.kind != "end":
        words.need("|")
        result = _step(words, result)
    return result


def _step(words: Words, result: Result) -> Result:
    step = words.need(*_STEPS)
    return _STEPS[step.value.lower()](words, result)


def _where(words: Words, result: Result) -> Result:
    condition = _either(words, result.columns)
    return Result(rows=[row for row in result.rows if condition(row)], columns=result.columns)


def _project(words: Words, result: Result) -> Result:
    shown = [(name, path) for name, path in _named_paths(words, result.columns)]
    rows = [_projected(row, shown) for row in result.rows]
    return Result(rows=rows, columns=tuple(name for name, _ in shown))


def _projected(row: Row, shown: list[tuple[str, _Path]]) -> Row:
    """A column the row lacks stays away, so that an incomplete resource is seen as incomplete."""
    out: Row = {}
    for name, path in shown:
        value = path.of(row)
        if value is not _MISSING:
            out[name] = value
        elif len(path.steps) > 1:
            out[name] = None
    return out


def _distinct(words: Words, result: Result) -> Result:
    paths = [_path(words, result.columns)]
    while words.take(","):
        paths.append(_path(words, result.columns))
    seen = {_group_key(row, paths): _group_row(row, paths) for row in reversed(result.rows)}
    return Result(rows=list(reversed(seen.values())), columns=tuple(p.name for p in paths))


def _order(words: Words, result: Result) -> Result:
    words.need("by")
    keys: list[tuple[_Path, bool]] = []
    while True:
        path = _path(words, result.columns)
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
    name = "count_"
    first = words.need(*_names(words))
    if first.value.lower() != "count" or words.take("="):
        name = first.value
        if first.value.lower() != "count":
            words.need("=")
        words.need("count")
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
            groups[key] = {column: _plain(path.of(row)) for column, path in shown} | {name: 0}
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


def _names(words: Words) -> tuple[str, ...]:
    return (words.next.value.lower(),) if words.next.kind == "name" else ("count()",)


def _named_paths(words: Words, columns: tuple[str, ...]) -> list[tuple[str, _Path]]:
    found: list[tuple[str, _Path]] = []
    while True:
        start = words.next
        path = _path(words, columns, known=False)
        if words.take("="):
            if len(path.steps) > 1:
                raise QueryError("a new column has a plain name", start.position)
            found.append((path.name, _path(words, columns)))
        else:
            _must_exist(path, columns, start)
            found.append((_column(path, columns).name, _column(path, columns)))
        if not words.take(","):
            return found


def _path(words: Words, columns: tuple[str, ...], *, known: bool = True) -> _Path:
    start = words.next
    if words.next.value.lower() in ("tostring", "tolower"):
        words.fail("functions other than isempty, isnotempty and count are not understood")
    steps = [words.kind("name").value]
    while True:
        if words.take("."):
            steps.append(words.kind("name").value)
        elif words.take("["):
            steps.append(words.kind("text").value)
            words.need("]")
        else:
            break
    path = _Path(tuple(steps))
    if known:
        _must_exist(path, columns, start)
        return _column(path, columns)
    return path


def _must_exist(path: _Path, columns: tuple[str, ...], word: Word) -> None:
    if path.steps[0].lower() not in (column.lower() for column in columns):
        raise QueryError(f"'{path.steps[0]}' is not a column here", word.position)


def _column(path: _Path, columns: tuple[str, ...]) -> _Path:
    """The path with its column in the table's own letter case: Resource Graph forgives it."""
    own = {column.lower(): column for column in columns}
    return _Path((own[path.steps[0].lower()], *path.steps[1:]))


def _either(words: Words, columns: tuple[str, ...]) -> Condition:
    parts = [_both(words, columns)]
    while words.take("or"):
        parts.append(_both(words, columns))
    return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)


def _both(words: Words, columns: tuple[str, ...]) -> Condition:
    parts = [_one(words, columns)]
    while words.take("and"):
        parts.append(_one(words, columns))
    return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)


def _one(words: Words, columns: tuple[str, ...]) -> Condition:
    if words.take("("):
        inner = _either(words, columns)
        words.need(")")
        return inner
    test = words.take("isempty", "isnotempty")
    if test is not None:
        words.need("(")
        path = _path(words, columns)
        words.need(")")
        wanted = test.value.lower() == "isempty"
        return lambda row: (_plain(path.of(row)) in (None, "")) is wanted
    path = _path(words, columns)
    sign = words.need(
        "==", "!=", "=~", "!~", "in", "in~", "!in", "!in~", "contains", "startswith", "endswith"
    ).value.lower()
    values = _values(words) if sign.strip("!~") == "in" else [_value(words)]
    return _comparison(sign, path, values)


def _comparison(sign: str, path: _Path, values: list[Any]) -> Condition:
    if sign in ("contains", "startswith", "endswith"):
        part = str(values[0]).lower()
        match sign:
            case "contains":
                return lambda row: part in _text(path.of(row)).lower()
            case "startswith":
                return lambda row: _text(path.of(row)).lower().startswith(part)
            case _:
                return lambda row: _text(path.of(row)).lower().endswith(part)
    folded = "~" in sign
    wanted = {_folded(value) if folded else value for value in values}
    refused = sign.startswith("!")

    def holds(row: Row) -> bool:
        value = _plain(path.of(row))
        found = _folded(value) if folded else value
        return (not isinstance(found, dict | list) and found in wanted) is not refused

    return holds


def _values(words: Words) -> list[Any]:
    words.need("(")
    values = [_value(words)]
    while words.take(","):
        values.append(_value(words))
    words.need(")")
    return values


def _value(words: Words) -> Any:
    word = words.take("true", "false")
    if word is not None:
        return word.value.lower() == "true"
    if words.next.kind == "number":
        return int(words.kind("number").value)
    return words.kind("text").value


def _plain(value: Any) -> Any:
    return None if value is _MISSING else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _rank(value: Any) -> tuple[int, Any]:
    """Nulls first, then numbers, then text; anything nested by its own text."""
    value = _plain(value)
    if value is None:
        return (0, 0)
    if isinstance(value, bool | int | float):
        return (1, value)
    return (2, value if isinstance(value, str) else repr(value))


def _group_key(row: Row, paths: Iterable[_Path]) -> tuple[Any, ...]:
    return tuple(repr(_plain(path.of(row))) for path in paths)


def _group_row(row: Row, paths: Iterable[_Path]) -> Row:
    return {path.name: _plain(path.of(row)) for path in paths}
