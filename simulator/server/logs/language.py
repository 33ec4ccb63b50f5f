"""The Kusto queries the simulated Log Analytics understands.

`union [isfuzzy=true] [withsource=Name] T1, T2 | summarize … by Name`, `T | summarize …` and
`T | count`, where summarize takes `min(TimeGenerated)`, `max(TimeGenerated)` and `count()`, each
with or without a name of its own. Everything else is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from simulator.server.clock import iso
from simulator.server.kql.words import QueryError, Words
from simulator.tenant.model import TableSpan

Aggregate: TypeAlias = Literal["min", "max", "count"]
_TIME = "timegenerated"


@dataclass(frozen=True, kw_only=True, slots=True)
class LogQuery:
    """What is asked of which tables."""

    tables: tuple[tuple[str, int], ...]
    """Table names and where they stand in the query."""
    aggregates: tuple[tuple[str, Aggregate], ...]
    by: str | None = None
    fuzzy: bool = False


def parse(query: str) -> LogQuery:
    """Read a query. Raises QueryError for what is not understood."""
    words = Words(query)
    source: str | None = None
    fuzzy = False
    if words.take("union"):
        while option := words.take("withsource", "isfuzzy"):
            words.need("=")
            if option.value.lower() == "withsource":
                source = words.kind("name").value
            else:
                fuzzy = words.need("true", "false").value.lower() == "true"
        tables = [words.kind("name")]
        while words.take(","):
            tables.append(words.kind("name"))
    else:
        tables = [words.kind("name")]
    words.need("|")
    aggregates, by = _step(words, source)
    if words.next.kind != "end":
        words.fail("nothing more is understood after summarize or count")
    return LogQuery(
        tables=tuple((word.value, word.position) for word in tables),
        aggregates=aggregates,
        by=by,
        fuzzy=fuzzy,
    )


def columns(query: LogQuery) -> list[dict[str, str]]:
    """Columns of the answer, in Kusto's order: what it is grouped by comes first."""
    first = [{"name": query.by, "type": "string"}] if query.by else []
    return first + [
        {"name": name, "type": "long" if kind == "count" else "datetime"}
        for name, kind in query.aggregates
    ]


def rows(query: LogQuery, spans: Sequence[tuple[str, TableSpan]]) -> list[list[Any]]:
    """Rows of the answer over the tables that have records, one each when grouped, else one."""
    if query.by is not None:
        return [[name, *_row(query, [span])] for name, span in spans]
    return [_row(query, [span for _, span in spans])]


def _row(query: LogQuery, spans: Sequence[TableSpan]) -> list[Any]:
    return [_aggregate(kind, spans) for _, kind in query.aggregates]


def _aggregate(kind: Aggregate, spans: Sequence[TableSpan]) -> Any:
    if kind == "count":
        return sum(span.records for span in spans)
    if not spans:
        return None
    if kind == "min":
        return iso(min(span.oldest for span in spans))
    return iso(max(span.newest for span in spans))


def _step(words: Words, source: str | None) -> tuple[tuple[tuple[str, Aggregate], ...], str | None]:
    if words.take("count"):
        return (("Count", "count"),), None
    words.need("summarize")
    aggregates = [_named_aggregate(words)]
    while words.take(","):
        aggregates.append(_named_aggregate(words))
    if not words.take("by"):
        return tuple(aggregates), None
    by = words.kind("name")
    if by.value != source:
        raise QueryError(f"can group only by the source column, not '{by.value}'", by.position)
    return tuple(aggregates), by.value


def _named_aggregate(words: Words) -> tuple[str, Aggregate]:
    first = words.kind("name")
    name: str | None = None
    if words.take("="):
        name, first = first.value, words.kind("name")
    kind = first.value.lower()
    words.need("(")
    if kind == "count":
        words.need(")")
        return name or "count_", "count"
    words.need(_TIME)
    words.need(")")
    if kind == "min":
        return name or "min_TimeGenerated", "min"
    if kind == "max":
        return name or "max_TimeGenerated", "max"
    raise QueryError(f"the function '{first.value}' is not understood", first.position)
