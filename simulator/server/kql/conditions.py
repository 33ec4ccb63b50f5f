"""Conditions of `where` in Resource Graph queries."""

from collections.abc import Callable
from typing import Any, TypeAlias

from simulator.server.kql.paths import Path, Row, plain, read_path
from simulator.server.kql.words import Words

Condition: TypeAlias = Callable[[Row], bool]


def read_condition(words: Words, columns: tuple[str, ...]) -> Condition:
    """A condition over rows of these columns: `or` of `and` of comparisons. Raises QueryError."""
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
        inner = read_condition(words, columns)
        words.need(")")
        return inner
    test = words.take("isempty", "isnotempty")
    if test is not None:
        words.need("(")
        path = read_path(words, columns)
        words.need(")")
        wanted = test.value.lower() == "isempty"
        return lambda row: (plain(path.of(row)) in (None, "")) is wanted
    path = read_path(words, columns)
    sign = words.need(
        "==", "!=", "=~", "!~", "in", "in~", "!in", "!in~", "contains", "startswith", "endswith"
    ).value.lower()
    values = _values(words) if sign.strip("!~") == "in" else [_value(words)]
    return _comparison(sign, path, values)


def _comparison(sign: str, path: Path, values: list[Any]) -> Condition:
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
        value = plain(path.of(row))
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


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
