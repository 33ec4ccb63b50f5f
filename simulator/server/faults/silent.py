"""Answers that look whole, with a status of 200, and are not: rows missing, doubled, miscounted."""

import json
import re
from typing import Any, Literal, get_args

from simulator.server.faults.rules import FaultRule
from simulator.server.question import json_bytes

SilentKind = Literal["fewer", "empty", "duplicate", "wrong_total"]
SILENT: frozenset[str] = frozenset(get_args(SilentKind))
_LISTS = ("value", "data")
_LINKS = ("nextLink", "@odata.nextLink", "$skipToken")
_TOTAL, _COUNT = "totalRecords", "count"


def alter(body: bytes, rule: FaultRule) -> bytes:
    """The body as the silent fault leaves it; a body without a list of objects stays as it is."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    name = next((key for key in _LISTS if _is_list(document, key)), None)
    if name is None:
        return body
    match rule.kind:
        case "fewer":
            _drop(document, name, rule)
        case "empty":
            document[name] = []
            _count(document, total=0)
            for link in _LINKS:
                document.pop(link, None)
        case "duplicate":
            _double(document, name)
        case _ if _TOTAL in document:
            document[_TOTAL] += 5
    return json_bytes(document)


def _is_list(document: Any, key: str) -> bool:
    return isinstance(document, dict) and isinstance(document.get(key), list)


def _drop(document: dict[str, Any], name: str, rule: FaultRule) -> None:
    """Without what `match` finds, or without the last element; recounted or not."""
    rows = document[name]
    if rule.match is None:
        kept = rows[:-1]
    else:
        wanted = re.compile(rule.match, re.IGNORECASE)
        kept = [row for row in rows if wanted.search(json.dumps(row)) is None]
    document[name] = kept
    lost = len(rows) - len(kept)
    if rule.recount and _TOTAL in document:
        _count(document, total=document[_TOTAL] - lost)


def _double(document: dict[str, Any], name: str) -> None:
    """The first element once more, in front, with every yes and no the other way round."""
    rows = document[name]
    if rows:
        document[name] = [_turned(rows[0]), *rows]
    if rows and _TOTAL in document:
        _count(document, total=document[_TOTAL] + 1)


def _turned(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return {key: _turned(held) for key, held in value.items()} | (
            {"annexaTurned": True} if "id" in value else {}
        )
    return [_turned(held) for held in value] if isinstance(value, list) else value


def _count(document: dict[str, Any], *, total: int) -> None:
    if _TOTAL in document:
        document[_TOTAL] = total
        document[_COUNT] = sum(len(document[key]) for key in _LISTS if _is_list(document, key))
