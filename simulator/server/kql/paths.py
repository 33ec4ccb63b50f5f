"""Columns and properties in Resource Graph queries."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from simulator.server.kql.words import QueryError, Word, Words

Row: TypeAlias = dict[str, Any]

COLUMNS = (
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
MISSING = object()
"""What a row says of a property it does not have."""


@dataclass(frozen=True, slots=True)
class Path:
    """A column, or a property inside one."""

    steps: tuple[str, ...]

    @property
    def name(self) -> str:
        """The column a projection of this path makes."""
        return "_".join(self.steps)

    def of(self, row: Row) -> Any:
        """The row's value, or MISSING."""
        here: Any = row
        for step in self.steps:
            if not isinstance(here, dict):
                return MISSING
            here = here.get(step, MISSING)
        return here


def read_path(words: Words, columns: tuple[str, ...], *, known: bool = True) -> Path:
    """A path; with `known` its column must be one of `columns`. Raises QueryError."""
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
    path = Path(tuple(steps))
    if known:
        must_exist(path, columns, start)
        return own_column(path, columns)
    return path


def must_exist(path: Path, columns: tuple[str, ...], word: Word) -> None:
    """Raise QueryError, at `word`, when there is no such column."""
    if path.steps[0].lower() not in (column.lower() for column in columns):
        raise QueryError(f"'{path.steps[0]}' is not a column here", word.position)


def own_column(path: Path, columns: tuple[str, ...]) -> Path:
    """The path with its column in the table's own letter case: Resource Graph forgives it."""
    own = {column.lower(): column for column in columns}
    return Path((own[path.steps[0].lower()], *path.steps[1:]))


def plain(value: Any) -> Any:
    """The value as Kusto sees it: what is missing is null."""
    return None if value is MISSING else value
