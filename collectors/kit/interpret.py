"""From a record's exchanges to its items and gaps. Pure: the same pages give the same items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collectors.kit.answers.batches import read_batch, wanted_ids
from collectors.kit.answers.elements import items_of
from collectors.kit.answers.exchange import Exchange
from collectors.kit.answers.pages import Pages, joined_pages
from collectors.kit.answers.parents import asked, contradicts
from collectors.kit.level import (
    context_of,
    is_tenant_wide,
    leans_on,
    looked_at,
    parent_read,
    reads_in,
    types_of,
)
from collectors.kit.missing.gaps import gaps_of
from collectors.kit.missing.things import (
    Absence,
    Missing,
    Proofs,
    absences,
    listed_in,
    proofs_of,
)
from collectors.kit.spec import (
    TENANT,
    Arm,
    Collector,
    Gap,
    GapKind,
    GraphBatch,
    Item,
    Logs,
    NotApplicable,
    Read,
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
    not_applicable: tuple[NotApplicable, ...] = ()
    """What Azure said makes no sense for a resource."""
    absent: tuple[Absence, ...] = ()
    """What should be in a list and is not, and what became of it."""
    wide: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    """Tenant-wide reads that a subscription's record looks at, with other subscriptions' items."""


def interpret(
    collector: Collector,
    scope: Scope,
    exchanges: Sequence[Exchange],
    missing: Sequence[Missing] = (),
) -> Seen:
    """Read all pages of a record.

    `exchanges` are those of the reads of this scope and of the tenant-wide reads they lean on, and
    the answers about what is `missing` from them. Items of tenant-wide reads are narrowed to the
    scope's subscription.
    """
    context, whole = context_of(collector, scope), looked_at(collector, scope)
    items: dict[str, tuple[Item, ...]] = {}
    wide: dict[str, tuple[Item, ...]] = {}
    found: dict[str, _Got] = {}
    for name in [*context, *reads_in(collector, scope)]:
        pages = [e for e in exchanges if e.read == name]
        read = collector.reads[name]
        beside = items | wide if isinstance(read, GraphBatch) else items
        got = _read(name, read, scope, pages, beside)
        items[name] = got.items
        if scope != TENANT and is_tenant_wide(read):
            if name in whole:
                wide[name] = got.items
            items[name] = tuple(i for i in got.items if _is_in(i, scope))
        found[name] = got
    absent, gaps = _accounted(collector, missing, exchanges, items, found)
    return Seen(
        items=items,
        gaps=gaps,
        completeness={name: got.completeness for name, got in found.items()},
        context=frozenset(context),
        absent=absent,
        not_applicable=tuple(one for got in found.values() for one in got.not_applicable),
        wide=wide,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Got:
    """What one read gave."""

    items: tuple[Item, ...]
    gaps: list[Gap]
    completeness: Completeness
    not_applicable: list[NotApplicable] = field(default_factory=list)


def _accounted(
    collector: Collector,
    missing: Sequence[Missing],
    exchanges: Sequence[Exchange],
    items: Mapping[str, tuple[Item, ...]],
    found: Mapping[str, _Got],
) -> tuple[tuple[Absence, ...], tuple[Gap, ...]]:
    """What became of missing things, and all gaps, read by read."""
    proofs = Proofs()
    if missing:
        listed_ids = (item.id for own in items.values() for item in own)
        proofs = proofs_of(exchanges, listed_in(listed_ids))
    absent: list[Absence] = []
    gaps: list[Gap] = []
    for name, got in found.items():
        read = collector.reads[name]
        there = {item.id.lower() for item in items[name]} if missing else set[str]()
        own = [one for one in missing if one.read == name and one.id.lower() not in there]
        absent += absences(own, proofs, {name: types_of(read)}, got.gaps)
        gaps += [*got.gaps, *gaps_of(name, read, absent)]
    return tuple(absent), tuple(gaps)


def _read(
    name: str,
    read: Read,
    scope: Scope,
    pages: Sequence[Exchange],
    items: Mapping[str, tuple[Item, ...]],
) -> _Got:
    if isinstance(read, GraphBatch):
        return _batch(name, read, pages, items)
    parents = parent_read(read)
    if parents is not None:
        return _per_parent(name, read, pages, asked(read, items[parents]))
    subject = None if is_tenant_wide(read) else scope.subscription_id
    whole = joined_pages(name, read, subject, pages)
    found, bad = items_of(name, whole.elements, whole.version, None)
    gaps = whole.gaps + bad + [_unanswered(one, subject) for one in whole.not_applicable]
    return _Got(items=found, gaps=gaps, completeness=_completeness(whole))


def _batch(
    name: str, read: GraphBatch, pages: Sequence[Exchange], items: Mapping[str, tuple[Item, ...]]
) -> _Got:
    made = read_batch(name, read, wanted_ids(read, items), pages)
    seen = Completeness(pages=len(pages), received=made.received, announced=None)
    return _Got(items=made.items, gaps=made.gaps, completeness=seen)


def unseen(collector: Collector, scope: Scope, gap: Gap, missing: Sequence[Missing] = ()) -> Seen:
    """What a record shows that could not even be asked: nothing, and one gap for each read.

    What is `missing` is hidden for the same reason.
    """
    names = list(reads_in(collector, scope))
    context = context_of(collector, scope)
    return Seen(
        items=dict.fromkeys([*context, *names], ()),
        gaps=tuple(Gap(read=n, subject=None, kind=gap.kind, detail=gap.detail) for n in names),
        completeness={},
        context=frozenset(context),
        absent=tuple(Absence(missing=one, kind=gap.kind, detail=gap.detail) for one in missing),
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
    found = _read(of, collector.reads[of], scope, pages, {}).items
    return asked(read, (i for i in found if scope == TENANT or _is_in(i, scope)))


def ids_of(collector: Collector, name: str, exchanges: Sequence[Exchange]) -> tuple[str, ...]:
    """Ids a GraphBatch has to be asked for, given the pages of the tenant-wide reads it leans on.

    Empty for any other read.
    """
    read = collector.reads[name]
    if not isinstance(read, GraphBatch):
        return ()
    found: dict[str, tuple[Item, ...]] = {}
    for of in read.of:
        pages = [e for e in exchanges if e.read == of]
        found[of] = _read(of, collector.reads[of], TENANT, pages, found).items
    return wanted_ids(read, found)


def listed(
    collector: Collector, scope: Scope, names: Sequence[str], exchanges: Sequence[Exchange]
) -> dict[str, tuple[Item, ...]]:
    """Items of some lists of a record and of the lists they hang on, by read."""
    wanted = {*names}
    for name in names:
        wanted.update(leans_on(collector.reads[name]))
    found: dict[str, tuple[Item, ...]] = {}
    for name, read in collector.reads.items():
        if name in wanted:
            pages = [e for e in exchanges if e.read == name]
            items = _read(name, read, scope, pages, found).items
            if scope != TENANT and is_tenant_wide(read):
                items = tuple(item for item in items if _is_in(item, scope))
            found[name] = items
    return found


def _is_in(item: Item, scope: Scope) -> bool:
    return item.subscription_id == (scope.subscription_id or "").lower()


def _per_parent(name: str, read: Read, pages: Sequence[Exchange], parents: Sequence[Item]) -> _Got:
    by_parent: dict[str, list[Exchange]] = {}
    for page in pages:
        by_parent.setdefault((page.subject or "").lower(), []).append(page)
    items: list[Item] = []
    gaps: list[Gap] = []
    not_applicable: list[NotApplicable] = []
    for parent in parents:
        whole = joined_pages(name, read, parent.id, by_parent.get(parent.id.lower(), []))
        gaps += whole.gaps
        if contradicts(read, parent):
            gaps += [_unanswered(one, parent.id) for one in whole.not_applicable]
        else:
            not_applicable += whole.not_applicable
        if whole.gaps or whole.not_applicable:
            continue
        found, bad = _children(name, read, parent, whole)
        items += found
        gaps += bad
    seen = Completeness(pages=len(pages), received=len(items), announced=None)
    return _Got(items=tuple(items), gaps=gaps, completeness=seen, not_applicable=not_applicable)


def _unanswered(said: NotApplicable, subject: str | None) -> Gap:
    """A whole list that makes no sense to Azure: nothing of it was seen, and that is a gap."""
    return Gap(read=said.read, subject=subject, kind=GapKind.UNAVAILABLE, detail=said.detail)


def _children(
    name: str, read: Read, parent: Item, whole: Pages
) -> tuple[tuple[Item, ...], list[Gap]]:
    if isinstance(read, Logs):
        return (Item(id=parent.id, data={"rows": whole.elements}, parent=parent),), []
    if isinstance(read, Arm) and read.each:
        return items_of(name, whole.elements, whole.version, parent)
    body = dict(whole.bodies[0])
    if whole.elements:
        body["value"] = whole.elements
    found = Item(id=parent.id, data=body, parent=parent, api_version=whole.version)
    return (found,), []


def _completeness(whole: Pages) -> Completeness:
    return Completeness(pages=whole.pages, received=len(whole.elements), announced=whole.announced)
