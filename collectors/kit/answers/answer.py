"""From one exchange to what it said: elements and a next link, or the gap it leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from collectors.kit.answers.exchange import Exchange
from collectors.kit.answers.refusals import codes_in, kind_of, named, not_applicable
from collectors.kit.answers.strict_json import parse_body
from collectors.kit.spec import (
    Arm,
    Gap,
    GapKind,
    Graph,
    GraphBatch,
    Logs,
    NotApplicable,
    Read,
    ResourceGraph,
)
from collectors.kit.values.amounts import whole

LARGE = 16_384
"""Bytes from which a page is worth remembering once parsed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a good page said."""

    elements: tuple[Any, ...]
    body: Mapping[str, Any]
    more: bool
    """Azure said that there is a further page."""
    announced: int | None = None
    """Total number of rows Azure announced for the whole list; None if it said no such number."""
    cut: bool = False
    """Azure said that rows are missing and gives no way to them."""


def read_answer(read: Read, exchange: Exchange) -> Answer | Gap | NotApplicable:
    """Interpret one exchange. Never raises: what cannot be read is a gap."""
    body = read_body(exchange, read, partial=isinstance(read, Logs))
    return body if isinstance(body, Gap | NotApplicable) else _answer(read, exchange, body)


def read_body(
    exchange: Exchange, read: Read, *, partial: bool = False
) -> Mapping[str, Any] | Gap | NotApplicable:
    """The JSON object of a good answer. `partial`: an error beside the content leaves it good."""
    if exchange.fault is not None:
        return _gap(exchange, exchange.fault, f"no whole answer after {_tries(exchange)}")
    if exchange.status != 200:
        return _refusal(exchange, read)
    try:
        large = len(exchange.body) >= LARGE
        body = _parsed(exchange.body) if large else parse_body(exchange.body)
    except ValueError as error:
        return _gap(exchange, GapKind.MALFORMED, f"the answer is not JSON: {error}")
    if not isinstance(body, Mapping):
        return _gap(exchange, GapKind.MALFORMED, "the answer is not a JSON object")
    if body.get("error") is not None and not partial:
        code = named(codes_in(exchange.body)) or "without a code"
        said = f"Azure answered HTTP 200 with the error {code}"
        return _gap(exchange, GapKind.MALFORMED, said)
    return body


_parsed = lru_cache(maxsize=16)(parse_body)
"""Tenant-wide pages are read again for each subscription's record; nobody changes them."""


def forget_pages() -> None:
    """Drop what was remembered of large pages; call it when a run is over."""
    _parsed.cache_clear()


def _answer(read: Read, exchange: Exchange, body: Mapping[str, Any]) -> Answer | Gap:
    match read:
        case ResourceGraph():
            return _rows(exchange, body)
        case GraphBatch(path=str()) if isinstance(body.get("responses"), list):
            return Answer(elements=tuple(body["responses"]), body=body, more=False)
        case Graph() | GraphBatch():
            return _list(exchange, body, "value", "@odata.nextLink")
        case Logs():
            return _tables(exchange, body)
        case Arm(per="resource", each=False) if not isinstance(body.get("value"), list):
            return Answer(elements=(), body=body, more=False)
        case _:
            return _list(exchange, body, "value", "nextLink")


def _list(exchange: Exchange, body: Mapping[str, Any], key: str, link: str) -> Answer | Gap:
    elements = body.get(key)
    if not isinstance(elements, list):
        return _gap(exchange, GapKind.MALFORMED, f"the answer has no list `{key}`")
    return Answer(elements=tuple(elements), body=body, more=bool(body.get(link)))


def _rows(exchange: Exchange, body: Mapping[str, Any]) -> Answer | Gap:
    rows, total = body.get("data"), body.get("totalRecords")
    if not isinstance(rows, list):
        return _gap(exchange, GapKind.MALFORMED, "the answer has no list `data`")
    token = bool(body.get("$skipToken"))
    cut = str(body.get("resultTruncated")).lower() == "true" and not token
    counted = whole(total)
    announced = None if counted is None or counted < 0 else counted
    return Answer(elements=tuple(rows), body=body, more=token, announced=announced, cut=cut)


def _tables(exchange: Exchange, body: Mapping[str, Any]) -> Answer | Gap:
    if body.get("error") is not None:
        code = named(codes_in(exchange.body))
        said = "the query gave a partial result" + (f": {code}" if code else "")
        return _gap(exchange, GapKind.TRUNCATED, said)
    tables = body.get("tables")
    if not isinstance(tables, list) or not tables or not isinstance(tables[0], Mapping):
        return _gap(exchange, GapKind.MALFORMED, "the answer has no table")
    try:
        names = [column["name"] for column in tables[0]["columns"]]
        rows = tuple(dict(zip(names, row, strict=True)) for row in tables[0]["rows"])
    except (KeyError, TypeError, ValueError):
        return _gap(exchange, GapKind.MALFORMED, "the table's rows do not match its columns")
    return Answer(elements=rows, body=body, more=False)


def _refusal(exchange: Exchange, read: Read) -> Gap | NotApplicable:
    codes = codes_in(exchange.body)
    said = _sentence(exchange, named(codes))
    subject = exchange.subject
    if subject is not None and not_applicable(read, subject, exchange.status, codes):
        return NotApplicable(read=exchange.read, subject=subject, detail=said)
    return _gap(exchange, kind_of(exchange.status, codes), said)


def _sentence(exchange: Exchange, code: str) -> str:
    said = f"HTTP {exchange.status}" + (f" {code}" if code else "")
    if exchange.status is not None and 200 <= exchange.status < 300:
        said += " without content"
    return f"Azure answered {said} after {_tries(exchange)}"


def _tries(exchange: Exchange) -> str:
    count = len(exchange.attempts) + 1
    return "1 try" if count == 1 else f"{count} tries"


def _gap(exchange: Exchange, kind: GapKind, detail: str) -> Gap:
    return Gap(read=exchange.read, subject=exchange.subject, kind=kind, detail=detail)
