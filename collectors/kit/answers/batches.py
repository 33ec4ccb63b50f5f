"""What the exchanges of a GraphBatch say of each id that was asked for.

An id counts as answered only where a request that names it got a whole answer: ids are read from
the request as it was sent, never taken from what came back. That getByIds leaves an id out is no
proof either: such an id is asked for by itself, and only 404 says that it does not exist.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collectors.kit.answers.answer import read_body
from collectors.kit.answers.exchange import Exchange
from collectors.kit.answers.refusals import codes_at, kind_of
from collectors.kit.answers.strict_json import parse
from collectors.kit.spec import Gap, GapKind, GraphBatch, Item, NotApplicable

IDS_PER_REQUEST = 1000
"""https://learn.microsoft.com/graph/api/directoryobject-getbyids"""
REQUESTS_PER_BATCH = 20
"""https://learn.microsoft.com/graph/json-batching"""
OBJECT = "/directoryObjects/{id}"
"""Where one object is asked for by itself."""
NEXT = "@odata.nextLink"
OK, NOT_FOUND = 200, 404
NO_SUCH_OBJECT = "Request_ResourceNotFound"
"""https://learn.microsoft.com/graph/resolve-auth-errors"""


def wanted_ids(read: GraphBatch, items: Mapping[str, tuple[Item, ...]]) -> tuple[str, ...]:
    """The ids to ask for: each once, in lower case and in order."""
    found = read.ids({name: items.get(name, ()) for name in read.of})
    return tuple(sorted({one.lower() for one in found if one}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What a GraphBatch gave: its items, its gaps, and how many elements came."""

    items: tuple[Item, ...]
    gaps: list[Gap]
    received: int


def read_batch(name: str, read: GraphBatch, ids: Sequence[str], pages: Sequence[Exchange]) -> Batch:
    """Items and gaps of all exchanges of a read. Never raises: what cannot be read is a gap."""
    told = _Told(name=name, read=read, single=read.path is None)
    if ids and not pages:
        told.whole = Gap(read=name, subject=None, kind=GapKind.TRUNCATED, detail="it was not asked")
    for page in pages:
        told.page(page)
    return told.batch(ids)


@dataclass(slots=True)
class _Told:
    """What was said of each id, while the exchanges are read in their order."""

    name: str
    read: GraphBatch
    single: bool
    """An id has one object, not a list."""
    found: dict[str, list[Any]] = field(default_factory=dict)
    """Elements of each answered id."""
    more: set[str] = field(default_factory=set)
    """Lists whose last page announced another."""
    gone: set[str] = field(default_factory=set)
    """Ids of which Graph says, asked by itself, that nothing of that id exists."""
    hidden: dict[str, Gap] = field(default_factory=dict)
    whole: Gap | None = None

    def page(self, page: Exchange) -> None:
        """One exchange: a batch, an answer of getByIds, or a further page of one list."""
        body = read_body(page, self.read)
        lost = body if isinstance(body, Gap | NotApplicable) else None
        if page.subject is not None:
            self._further(page.subject.lower(), body)
        elif lost is not None:
            kind = lost.kind if isinstance(lost, Gap) else GapKind.UNAVAILABLE
            self.whole = self.whole or self._gap(None, kind, lost.detail)
        elif isinstance(body, Mapping) and "responses" in body:
            self._responses(body["responses"], _asked(page, "requests"))
        elif isinstance(body, Mapping):
            self._objects(body.get("value"), _asked(page, "ids"))

    def _objects(self, elements: Any, asked: frozenset[str]) -> None:
        if not isinstance(elements, list):
            detail = "the answer has no list `value`"
            self.whole = self.whole or self._gap(None, GapKind.MALFORMED, detail)
            return
        for element in elements:
            own = _id(element)
            if own in asked:
                self.found.setdefault(own, []).append(element)

    def _responses(self, responses: Any, asked: frozenset[str]) -> None:
        """Answers inside a batch: of several about the same id the last one holds."""
        for one in responses if isinstance(responses, list) else ():
            own = _id(one)
            if own in asked:
                self.found.pop(own, None)
                self.gone.discard(own)
                self._response(own, one.get("status"), one.get("body"))

    def _response(self, own: str, status: Any, body: Any) -> None:
        if status == OK and isinstance(body, Mapping):
            if self.single and _id(body) == own:
                self.found[own] = [body]
            elif not self.single:
                self._list(own, body)
            return
        codes = codes_at(body)
        kind = kind_of(status if isinstance(status, int) else None, codes)
        if status == NOT_FOUND and kind is GapKind.GONE and NO_SUCH_OBJECT in codes:
            self.gone.add(own)
            self.hidden.pop(own, None)
            return
        said = f"Microsoft Graph answered HTTP {status}{''.join(f' {c}' for c in codes[:1])}"
        self._lost(own, self._gap(own, kind, f"{said} for {own} inside a batch"))

    def _further(self, own: str, body: Any) -> None:
        """A further page of one list, once its first page has announced it."""
        if own not in self.more:
            return
        if isinstance(body, Gap):
            self._lost(own, self._gap(own, body.kind, body.detail))
        elif isinstance(body, Mapping):
            self._list(own, body)

    def _list(self, own: str, body: Mapping[str, Any]) -> None:
        elements = body.get("value")
        if not isinstance(elements, list):
            detail = "the answer has no list `value`"
            self._lost(own, self._gap(own, GapKind.MALFORMED, detail))
            return
        self.hidden.pop(own, None)
        self.found.setdefault(own, []).extend(elements)
        (self.more.add if body.get(NEXT) else self.more.discard)(own)

    def _lost(self, own: str, gap: Gap) -> None:
        self.found.pop(own, None)
        self.more.discard(own)
        self.hidden[own] = gap

    def batch(self, ids: Sequence[str]) -> Batch:
        """The items of the ids that were wanted, and a gap for each that was not answered."""
        for own in self.more & set(ids):
            detail = f"the list of {own} breaks off before its last page"
            self._lost(own, self._gap(own, GapKind.TRUNCATED, detail))
        gaps = [] if self.whole is None else [self.whole]
        for own in ids:
            if own in self.hidden:
                gaps.append(self.hidden[own])
            elif own not in self.found and own not in self.gone and self.whole is None:
                gaps.append(self._gap(own, GapKind.TRUNCATED, f"{own} was not answered"))
        received = sum(map(len, self.found.values()))
        return Batch(items=tuple(self._items(ids)), gaps=gaps, received=received)

    def _items(self, ids: Sequence[str]) -> Iterator[Item]:
        for own in ids:
            elements = self.found.get(own)
            if elements is None:
                continue
            if not self.single:
                yield Item(id=own, data={"id": own, "value": elements})
            else:
                others = tuple(one for one in elements[1:] if one != elements[0])
                yield Item(id=own, data=elements[0], others=others)

    def _gap(self, subject: str | None, kind: GapKind, detail: str) -> Gap:
        return Gap(read=self.name, subject=subject, kind=kind, detail=detail)


def _id(element: Any) -> str:
    own = element.get("id") if isinstance(element, Mapping) else None
    return own.lower() if isinstance(own, str) else ""


def _asked(page: Exchange, key: str) -> frozenset[str]:
    """Ids that the request names: `ids`, or the `id` of each of its `requests`."""
    try:
        sent = parse(page.request_body or b"{}")
    except ValueError:
        return frozenset()
    named = sent.get(key) if isinstance(sent, Mapping) else None
    each = named if isinstance(named, list) else ()
    return frozenset(one.lower() if isinstance(one, str) else _id(one) for one in each)
