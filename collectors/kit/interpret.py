"""From a record's exchanges to its items and gaps. Pure: the same pages give the same items."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from collectors.kit.answers import read_answer
from collectors.kit.exchange import Exchange
from collectors.kit.level import context_of, is_tenant_wide, parent_read, reads_in
from collectors.kit.spec import (
    TENANT,
    Arm,
    Collector,
    Gap,
    GapKind,
    Item,
    Logs,
    Read,
    ResourceGraph,
    Scope,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Completeness:
    """What auditors call IPE: how much of a read was seen."""

    pages: int
    received: int
    announced: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Everything a record's pages show."""

    items: Mapping[str, tuple[Item, ...]]
    gaps: tuple[Gap, ...]
    completeness: Mapping[str, Completeness]
    context: frozenset[str] = frozenset()
    """Reads that are here only as parents or for comparison; another record speaks for them."""


@dataclass(slots=True)
class _List:
    """One list while its pages are put together."""

    elements: list[Any] = field(default_factory=list)
    bodies: list[Mapping[str, Any]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    totals: list[int | None] = field(default_factory=list)
    """What each page of a Resource Graph list announced for the whole of it."""
    pages: int = 0

    @property
    def announced(self) -> int | None:
        """The first total that Azure announced."""
        return next((total for total in self.totals if total is not None), None)


def interpret(collector: Collector, scope: Scope, exchanges: Sequence[Exchange]) -> Seen:
    """Read all pages of a record.

    `exchanges` are those of the reads of this scope and of the tenant-wide reads they lean on.
    Items of the latter are narrowed to the scope's subscription.
    """
    context = context_of(collector, scope)
    items: dict[str, tuple[Item, ...]] = {}
    gaps: list[Gap] = []
    completeness: dict[str, Completeness] = {}
    for name in [*context, *reads_in(collector, scope)]:
        pages = [e for e in exchanges if e.read == name]
        read = collector.reads[name]
        found, missing, seen = _read(name, read, scope, pages, items)
        if scope != TENANT and is_tenant_wide(read):
            found = tuple(i for i in found if _is_in(i, scope))
        items[name] = found
        gaps += missing
        completeness[name] = seen
    return Seen(
        items=items, gaps=tuple(gaps), completeness=completeness, context=frozenset(context)
    )


def _read(
    name: str,
    read: Read,
    scope: Scope,
    pages: Sequence[Exchange],
    items: Mapping[str, tuple[Item, ...]],
) -> tuple[tuple[Item, ...], list[Gap], Completeness]:
    parents = parent_read(read)
    if parents is not None:
        return _per_parent(name, read, pages, _asked(read, items[parents]))
    subject = None if is_tenant_wide(read) else scope.subscription_id
    whole = _join(name, read, subject, pages)
    found, bad = _items(name, whole.elements, None)
    return found, whole.gaps + bad, _completeness(whole)


def unseen(collector: Collector, scope: Scope, gap: Gap) -> Seen:
    """What a record shows that could not even be asked: nothing, and one gap for each read."""
    names = list(reads_in(collector, scope))
    context = context_of(collector, scope)
    return Seen(
        items=dict.fromkeys([*context, *names], ()),
        gaps=tuple(Gap(read=n, subject=None, kind=gap.kind, detail=gap.detail) for n in names),
        completeness={},
        context=frozenset(context),
    )


def parents_of(
    collector: Collector, scope: Scope, name: str, exchanges: Sequence[Exchange]
) -> list[Item]:
    """Items a per-resource read has to be asked for, given the pages of its parent read."""
    read = collector.reads[name]
    of = parent_read(read)
    if of is None:
        return []
    pages = [e for e in exchanges if e.read == of]
    found, _, _ = _read(of, collector.reads[of], scope, pages, {})
    return _asked(read, (i for i in found if _is_in(i, scope)))


def _is_in(item: Item, scope: Scope) -> bool:
    return item.subscription_id == (scope.subscription_id or "").lower()


def _asked(read: Read, parents: Iterable[Item]) -> list[Item]:
    types = read.types if isinstance(read, Arm) else ()
    return [p for p in parents if not types or p.others or p.type in types]


def _per_parent(
    name: str, read: Read, pages: Sequence[Exchange], parents: Sequence[Item]
) -> tuple[tuple[Item, ...], list[Gap], Completeness]:
    by_parent: dict[str, list[Exchange]] = {}
    for page in pages:
        by_parent.setdefault((page.subject or "").lower(), []).append(page)
    items: list[Item] = []
    gaps: list[Gap] = []
    for parent in parents:
        whole = _join(name, read, parent.id, by_parent.get(parent.id.lower(), []))
        gaps += whole.gaps
        if whole.gaps:
            continue
        found, bad = _children(name, read, parent, whole)
        items += found
        gaps += bad
    seen = Completeness(pages=len(pages), received=len(items), announced=None)
    return tuple(items), gaps, seen


def _children(
    name: str, read: Read, parent: Item, whole: _List
) -> tuple[tuple[Item, ...], list[Gap]]:
    if isinstance(read, Logs):
        return (Item(id=parent.id, data={"rows": whole.elements}, parent=parent),), []
    if isinstance(read, Arm) and read.each:
        return _items(name, whole.elements, parent)
    body = dict(whole.bodies[0])
    if whole.elements:
        body["value"] = whole.elements
    return (Item(id=parent.id, data=body, parent=parent),), []


def _join(name: str, read: Read, subject: str | None, pages: Sequence[Exchange]) -> _List:
    """Put the pages of one list together; a page that fails leaves a gap for its subject."""
    whole = _List(pages=len(pages))
    more, cut = True, False
    for page in pages:
        answer = read_answer(read, page)
        if isinstance(answer, Gap):
            whole.gaps.append(replace(answer, subject=subject))
            return whole
        whole.elements += answer.elements
        whole.bodies.append(answer.body)
        if isinstance(read, ResourceGraph):
            whole.totals.append(answer.announced)
        more, cut = answer.more, answer.cut
    if cut:
        whole.gaps.append(_truncated(name, subject, "Resource Graph cut the result off"))
    elif more:
        detail = "the list breaks off before its last page" if pages else "it was not asked"
        whole.gaps.append(_truncated(name, subject, detail))
    else:
        whole.gaps += _miscounted(name, subject, whole)
    return whole


def _miscounted(name: str, subject: str | None, whole: _List) -> list[Gap]:
    """Every page must announce the same number, and that many rows must have come."""
    received, announced = len(whole.elements), list(dict.fromkeys(whole.totals))
    if None in announced:
        detail = "Azure did not say how many rows there are"
        return [Gap(read=name, subject=subject, kind=GapKind.MALFORMED, detail=detail)]
    if len(announced) > 1:
        first, *others = map(str, announced)
        later = " and ".join(others)
        detail = f"the list changed while it was read: {first} rows announced, then {later}"
        return [_truncated(name, subject, detail)]
    if announced and announced[0] != received:
        detail = f"Azure announced {announced[0]} rows and sent {received}"
        return [_truncated(name, subject, detail)]
    return []


def _items(
    name: str, elements: Iterable[Any], parent: Item | None
) -> tuple[tuple[Item, ...], list[Gap]]:
    """Items of list elements; an element without an id, or one sent twice, is a gap.

    Where two elements of one id say different things, the item carries both: neither is chosen.
    """
    found: dict[str, Item] = {}
    gaps: list[Gap] = []
    for place, element in enumerate(elements):
        item_id = _id(element)
        subject = parent.id if parent else None
        if item_id is None:
            detail = f"element {place} of the list has no id"
            gaps.append(Gap(read=name, subject=subject, kind=GapKind.MALFORMED, detail=detail))
        elif (first := found.get(item_id.lower())) is not None:
            found[item_id.lower()] = _twice(first, element)
            said = "came twice" if element == first.data else "came twice, with two contents"
            gaps.append(_truncated(name, subject, f"{item_id} {said}: the paging is unsafe"))
        else:
            found[item_id.lower()] = Item(id=item_id, data=element, parent=parent)
    return tuple(found.values()), gaps


def _twice(first: Item, element: Mapping[str, Any]) -> Item:
    known = element in (first.data, *first.others)
    return first if known else replace(first, others=(*first.others, element))


def _id(element: Any) -> str | None:
    if not isinstance(element, Mapping):
        return None
    value = element.get("id")
    return value if isinstance(value, str) and value else None


def _truncated(name: str, subject: str | None, detail: str) -> Gap:
    return Gap(read=name, subject=subject, kind=GapKind.TRUNCATED, detail=detail)


def _completeness(whole: _List) -> Completeness:
    return Completeness(pages=whole.pages, received=len(whole.elements), announced=whole.announced)
