"""From items and gaps to verdicts. Blindness is never compliance."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from collectors.kit.access.naming import shown_name, shown_names
from collectors.kit.answers.parents import SHAPE_ERRORS
from collectors.kit.beside import NotSeenError
from collectors.kit.interpret import Seen
from collectors.kit.level import leans_on, parent_read, reads_in
from collectors.kit.missing.gaps import is_short, short
from collectors.kit.missing.things import Missing
from collectors.kit.near import Near
from collectors.kit.spec import (
    Arm,
    Check,
    Collector,
    Expectations,
    Gap,
    GraphBatch,
    Item,
    Population,
    Scope,
    Status,
    Verdict,
    unknown,
)
from collectors.kit.values.arm_ids import SUBSCRIPTION, is_guid, subscription_path, type_of

_DISPUTED = unknown("could not be seen: Azure described it twice, in two ways")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The verdict of a check on one subject."""

    check_id: str
    subject: str
    subject_name: str
    verdict: Verdict


def judge(
    collector: Collector, scope: Scope, seen: Seen, expectations: Expectations
) -> tuple[Judgement, ...]:
    """Answer every check that belongs to this scope, on every subject.

    A subject that a gap hides answers unknown. When a gap hides an unknown number of subjects, the
    scope itself stands in the list with an unknown verdict, and set questions answer unknown.
    """
    own = set(reads_in(collector, scope))
    found: list[Judgement] = []
    for check in collector.checks:
        if check.on in own:
            found += _once(_answers(collector, check, scope, seen, expectations))
    return tuple(found)


def _once(answers: Iterable[Judgement]) -> Iterable[Judgement]:
    """One judgement a subject, in whatever case Azure spells it.

    Two gaps may hide the same one, and not knowing outweighs. Two answers that contradict each
    other are no answer.
    """
    by_subject: dict[str, Judgement] = {}
    for answer in answers:
        known = by_subject.setdefault(answer.subject.lower(), answer)
        if Status.UNKNOWN is known.verdict.status or known.verdict.status is answer.verdict.status:
            continue
        contradicted = answer.verdict.status is not Status.UNKNOWN
        verdict = _DISPUTED if contradicted else answer.verdict
        by_subject[answer.subject.lower()] = replace(known, verdict=verdict)
    return by_subject.values()


def _answers(
    collector: Collector, check: Check, scope: Scope, seen: Seen, expectations: Expectations
) -> Iterator[Judgement]:
    full_id = f"{collector.id}.{check.id}"
    gaps = _gaps(collector, check, seen)
    if check.judge_all is not None:
        yield from _set_answers(full_id, check, scope, seen, expectations, gaps)
    else:
        near = {name: Near(collector, check, name, seen) for name in check.beside}
        names = shown_names(seen.items[check.on])
        told = (_looking(item, near) for item in seen.items[check.on])
        for item in _population(check, told):
            verdict = _one(check, item, expectations)
            yield _judgement(full_id, item.id, names.get(item.id) or shown_name(item), verdict)
        yield from _hidden(collector, check, full_id, seen, gaps)
        yield from _lacking(collector, check, full_id, seen)
    yield from _absent(collector, check, full_id, seen)
    standing: dict[str, Gap] = {}
    for gap in gaps:
        if _hides_many(collector, check, gap, _absent_ids(seen)):
            standing.setdefault(_stand_in(check, _scope_of(gap, seen) or scope), gap)
    for subject, gap in standing.items():
        yield _judgement(full_id, subject, subject, _blind(gap))


def _stand_in(check: Check, scope: Scope) -> str:
    """Subject that stands for those nobody can name.

    Questions on a whole set call a subscription by its id: it must not stand there twice.
    """
    return str(scope) if check.judge_all is None else scope.subscription_id or str(scope)


def _scope_of(gap: Gap, seen: Seen) -> Scope | None:
    """The subscription of which a gap puts a whole list in doubt, if it is about one."""
    scopes = {one.missing.id for one in seen.absent if one.missing.all_of_them}
    if gap.subject is None or gap.subject not in scopes:
        return None
    return Scope(gap.subject.rsplit("/", 1)[-1])


def _absent_ids(seen: Seen) -> frozenset[str]:
    """Single things that are missing, in lower case: each of them is named by itself."""
    return frozenset(one.missing.id.lower() for one in seen.absent if not one.missing.all_of_them)


def _absent(collector: Collector, check: Check, full_id: str, seen: Seen) -> Iterator[Judgement]:
    """Things that should be there and were not seen: what had an answer now is unknown."""
    for one in seen.absent:
        missing = one.missing
        if one.proved or missing.all_of_them or not _answered(collector, check, missing):
            continue
        last = missing.id.rsplit("/", 1)[-1]
        # questions on a whole set call a subscription by its bare id
        of_set = check.judge_all is not None and type_of(missing.id) == SUBSCRIPTION
        subject = last if of_set else missing.id
        yield _judgement(full_id, subject, missing.name or last, _blind(one.gap))


def _answered(collector: Collector, check: Check, missing: Missing) -> bool:
    """Did the check answer for it when it was last judged? If it never was: might it have?"""
    if missing.checks is not None:
        return check.id in missing.checks
    read = collector.reads[check.on]
    if check.judge is None or missing.read not in (check.on, parent_read(read)):
        return False
    if isinstance(read, Arm) and read.each and missing.read != check.on:
        return False
    types = check.types or (read.types if isinstance(read, Arm) else ())
    return not types or type_of(missing.id) in types


def _looking(item: Item, near: Mapping[str, Near]) -> Item:
    """The item with the sibling reads its check looks at."""
    if not near:
        return item
    return replace(item, beside={name: found.of(item) for name, found in near.items()})


def _set_answers(
    full_id: str,
    check: Check,
    scope: Scope,
    seen: Seen,
    expectations: Expectations,
    gaps: list[Gap],
) -> Iterator[Judgement]:
    if check.compares:
        gaps = _beyond_compared(check, seen, gaps)
    population = Population(
        scope=scope,
        items=tuple(_population(check, seen.items[check.on])),
        siblings={name: seen.items[name] for name in check.uses},
    )
    beside = [item for items in population.siblings.values() for item in items]
    told = shown_names(beside)
    names = {item.id.lower(): told.get(item.id) or shown_name(item) for item in beside}
    for subject, verdict in _all(check, population, expectations).items():
        shown = names.get(f"/subscriptions/{subject}".lower(), subject.rsplit("/", 1)[-1])
        hiding = next((gap for gap in gaps if not _is_elsewhere(gap, subject, seen)), None)
        yield _judgement(full_id, subject, shown, _blind(hiding) if hiding else verdict)


def _is_elsewhere(gap: Gap, subject: str, seen: Seen) -> bool:
    """Whether a gap is about what is missing in another subscription than the one asked about."""
    missed = {one.missing.id.lower() for one in seen.absent}
    if gap.subject is None or gap.subject.lower() not in missed:
        return False
    home = subscription_path(gap.subject)
    return home is not None and is_guid(subject) and home != f"/subscriptions/{subject}".lower()


def _population(check: Check, items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if check.types and item.type not in check.types and not item.disputed:
            continue
        if _asks(check, item):
            yield item


def _asks(check: Check, item: Item) -> bool:
    """Is the question about this item? Where that cannot be told, it is: the judge will see."""
    if item.disputed:
        return True
    try:
        return check.when is None or check.when(item)
    except (*SHAPE_ERRORS, NotSeenError):
        return True


def _gaps(collector: Collector, check: Check, seen: Seen) -> list[Gap]:
    concerned = {check.on, *leans_on(collector.reads[check.on]), *check.uses}
    return [gap for gap in seen.gaps if gap.read in concerned]


def _beyond_compared(check: Check, seen: Seen, gaps: list[Gap]) -> list[Gap]:
    """Gaps beside what one list has and the other lacks: that is what such a check tells."""
    listed = {item.id.lower() for name in (check.on, *check.uses) for item in seen.items[name]}
    own = [one for one in seen.absent if one.missing.read in (check.on, *check.uses)]
    told = {one.gap for one in own if one.missing.id.lower() in listed}
    if all(one.gap in told for one in own if is_short(one)):
        told |= {short(name) for name in (check.on, *check.uses)}
    return [gap for gap in gaps if gap not in told]


def _hides_many(
    collector: Collector, check: Check, gap: Gap, absent: frozenset[str] = frozenset()
) -> bool:
    """True when we cannot name what the gap hides."""
    if gap.subject is not None and gap.subject.lower() in absent:
        return False
    read = collector.reads[check.on]
    one_by_one = parent_read(read) is not None or isinstance(read, GraphBatch)
    return not (one_by_one and gap.read == check.on and gap.subject is not None)


def _hidden(
    collector: Collector, check: Check, full_id: str, seen: Seen, gaps: list[Gap]
) -> Iterator[Judgement]:
    """Parents whose own answer could not be had: each is named, each is unknown."""
    of = parent_read(collector.reads[check.on])
    parents = {item.id.lower(): item for item in seen.items.get(of or "", ())}
    absent = _absent_ids(seen)
    for gap in gaps:
        if gap.subject is None or gap.subject.lower() in absent:
            continue
        if _hides_many(collector, check, gap):
            continue
        parent = parents.get(gap.subject.lower())
        if parent is None or _concerned(collector, check, parent):
            name = shown_name(parent) if parent else gap.subject.rsplit("/", 1)[-1]
            yield _judgement(full_id, gap.subject, name, _blind(gap))


def _lacking(collector: Collector, check: Check, full_id: str, seen: Seen) -> Iterator[Judgement]:
    """Parents that cannot have what the check stands on, where it says so instead of nothing."""
    of = parent_read(collector.reads[check.on])
    parents = {item.id.lower(): item for item in seen.items.get(of or "", ())}
    for said in seen.not_applicable:
        parent = parents.get(said.subject.lower())
        if said.read == check.on and check.lacking and parent is not None:
            yield _judgement(full_id, parent.id, shown_name(parent), unknown(check.lacking))


def _concerned(collector: Collector, check: Check, parent: Item) -> bool:
    """Would the check ask this parent? Its children are hidden, so for those the answer is yes."""
    read = collector.reads[check.on]
    if isinstance(read, Arm) and read.each:
        return True
    return _asks(check, Item(id=parent.id, data={}, parent=parent))


def _one(check: Check, item: Item, expectations: Expectations) -> Verdict:
    if check.judge is None:
        raise TypeError(f"check {check.id} has no judge")
    if item.disputed:
        return _DISPUTED
    try:
        return check.judge(item, expectations)
    except NotSeenError as error:
        return unknown(str(error))
    except SHAPE_ERRORS as error:
        # Azure sent a shape the judge does not know: that is not seeing, so it is not passing.
        return unknown(f"Azure's answer has an unexpected shape ({type(error).__name__})")


def _all(check: Check, population: Population, expectations: Expectations) -> dict[str, Verdict]:
    if check.judge_all is None:
        raise TypeError(f"check {check.id} has no judge_all")
    try:
        return dict(check.judge_all(population, expectations))
    except SHAPE_ERRORS as error:
        return {
            _stand_in(check, population.scope): unknown(
                f"Azure's answer has an unexpected shape ({type(error).__name__})"
            )
        }


def _blind(gap: Gap) -> Verdict:
    return unknown(f"could not be seen: {gap.kind.value}, {gap.detail}")


def _judgement(full_id: str, subject: str, name: str, verdict: Verdict) -> Judgement:
    return Judgement(check_id=full_id, subject=subject, subject_name=name, verdict=verdict)
