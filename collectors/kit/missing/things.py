"""What was seen before, or is named by another list of the night, and is missing tonight. Pure.

Absence from a list is no proof of absence: Resource Graph and `/resources` leave out in silence
what the identity may no longer read. So whatever is missing is asked for by itself; only Azure's
404 or 410 shows that it is gone. What could not be asked stays unknown, with the reason.

https://learn.microsoft.com/azure/governance/resource-graph/overview#permissions-in-azure-resource-graph
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from collectors.kit.answers.answer import Answer, read_answer
from collectors.kit.answers.exchange import Exchange
from collectors.kit.answers.refusals import codes_in
from collectors.kit.missing.rights import Rights, rights_of
from collectors.kit.spec import Arm, Gap, GapKind, NotApplicable
from collectors.kit.values.arm_ids import (
    ancestors,
    group_path,
    home_of,
    subscription_path,
    type_of,
)

PROOF = "@proof"
"""Name under which a record keeps the answers about single missing things: `subject` is the id."""
RIGHTS = "@rights"
"""Name under which it keeps the identity's permissions that explain something: `subject` is the
scope, `/subscriptions/<id>` or `/subscriptions/<id>/resourceGroups/<name>`."""
VERSIONS = "@versions"
"""Name of answers that only tell which version of an API a single thing is asked by."""
LEFT_OUT = "Azure has it, yet the list left it out"

_ONE = Arm(path="{id}", api_version="", per="resource")
_GROUP_GONE, _SUBSCRIPTION_GONE = "resourcegroupnotfound", "subscriptionnotfound"


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """Something a list should hold."""

    read: str
    """The list."""
    id: str
    """Of the thing; with `all_of_them`, the scope of which the whole list is in doubt."""
    name: str = ""
    """What it was called when last seen; empty when that is not known."""
    checks: tuple[str, ...] | None = None
    """Checks that had answered for it; None when it was never judged."""
    last_seen: str | None = None
    """Slot of the night that last saw it; None when only another list of tonight names it."""
    all_of_them: bool = False
    """Tonight's permissions in this scope may not cover what the list holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """What became of a missing thing: `kind` gone is proved, any other is why it is not known."""

    missing: Missing
    kind: GapKind
    detail: str

    @property
    def proved(self) -> bool:
        """Azure itself said that the thing, or what it lies in, does not exist."""
        return self.kind is GapKind.GONE

    @property
    def gap(self) -> Gap:
        """As a gap of the list."""
        one = self.missing
        return Gap(read=one.read, subject=one.id, kind=self.kind, detail=self.detail)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """What tonight's lists show to be there and readable: stronger than what is said of it."""

    places: frozenset[str] = frozenset()
    """Groups, subscriptions and parents in which something was listed, in lower case."""
    kinds: frozenset[tuple[str, str]] = frozenset()
    """Types that were listed, each with its group or subscription."""


NOTHING = Listed()


@dataclass(frozen=True, kw_only=True, slots=True)
class Proofs:
    """Answers about single things and scopes, by id in lower case."""

    told: Mapping[str, tuple[GapKind | None, str]] = field(default_factory=dict)
    """What Azure said; None: the thing is there."""
    rights: Mapping[str, Rights] = field(default_factory=dict)
    listed: Listed = NOTHING

    def allows(self, item_id: str, action: str) -> bool | None:
        """Whether tonight's permissions allow it there; None when they are not known.

        Those of the nearest scope decide: they are effective ones, with all that is inherited.
        """
        for scope in (group_path(item_id), subscription_path(item_id)):
            rights = self.rights.get(scope or "")
            if rights is not None:
                return rights.may(action)
        return None


def proofs_of(exchanges: Iterable[Exchange], listed: Listed = NOTHING) -> Proofs:
    """What the answers about single things, and about permissions, say.

    Neither an answer that a place does not exist is believed where something in it was `listed`,
    nor permissions that forbid a type there that was.
    """
    told: dict[str, tuple[GapKind | None, str]] = {}
    scopes: dict[str, list[Exchange]] = {}
    for page in exchanges:
        subject = (page.subject or "").lower()
        if page.read == RIGHTS:
            scopes.setdefault(subject, []).append(page)
        elif page.read == PROOF:
            told |= _told_of(subject, page, listed.places)
    rights = {scope: found for scope, own in scopes.items() if (found := rights_of(own))}
    return Proofs(told=told, rights=rights, listed=listed)


def absences(
    missing: Iterable[Missing],
    proofs: Proofs,
    types: Mapping[str, Sequence[str]],
    gaps: Sequence[Gap] = (),
) -> tuple[Absence, ...]:
    """What became of each missing thing.

    `types` are those that each list asks for, if it does; `gaps` those of the lists themselves: a
    list that could not be read hides everything. Permissions that cover a whole list leave no
    absence.
    """
    hidden = {(gap.read, (gap.subject or "").lower()): gap for gap in reversed(gaps)}
    made = (
        _of_all(one, proofs, types.get(one.read, ()))
        if one.all_of_them
        else _of_one(one, proofs, hidden)
        for one in missing
    )
    return tuple(one for one in made if one is not None)


def plain(absence: Absence) -> dict[str, Any]:
    """As a record keeps it, and as the rules protocol says it."""
    one = absence.missing
    return {
        "read": one.read,
        "id": one.id,
        "name": one.name,
        "checks": None if one.checks is None else list(one.checks),
        "last_seen": one.last_seen,
        "all_of_them": one.all_of_them,
        "kind": absence.kind.value,
        "detail": absence.detail,
    }


def missing_of(kept: Mapping[str, Any]) -> Missing:
    """The inverse, as far as it was known before anything was asked."""
    checks = kept["checks"]
    return Missing(
        read=kept["read"],
        id=kept["id"],
        name=kept["name"],
        checks=None if checks is None else tuple(checks),
        last_seen=kept["last_seen"],
        all_of_them=kept["all_of_them"],
    )


def _forbidden(proofs: Proofs, scope: str, types: Sequence[str]) -> Iterator[str]:
    for one in types:
        if proofs.allows(scope, f"{one}/read") is False:
            yield one


def _of_all(one: Missing, proofs: Proofs, types: Sequence[str]) -> Absence | None:
    found = next(_forbidden(proofs, one.id, types), None)
    if found is None:
        return None
    detail = f"tonight's permissions there do not allow {found}/read, so a list leaves them out"
    return Absence(missing=one, kind=GapKind.DENIED, detail=detail)


def _of_one(one: Missing, proofs: Proofs, hidden: Mapping[tuple[str, str], Gap]) -> Absence:
    kind, detail = _fate(one.id.lower(), proofs)
    gap = next((hidden[key] for key in _lists_of(one) if key in hidden), None)
    if kind is GapKind.NOT_ASKED and gap is not None:
        # a list that is not found proves nothing of what it held
        kind = GapKind.UNAVAILABLE if gap.kind is GapKind.GONE else gap.kind
        detail = f"its list could not be read: {gap.detail}"
    return Absence(missing=one, kind=kind, detail=detail)


def _lists_of(one: Missing) -> Iterator[tuple[str, str]]:
    """Whatever a gap of its list may be about: all, its subscription, what it lies in."""
    yield one.read, ""
    for scope in ancestors(one.id):
        yield one.read, scope
        yield one.read, scope.removeprefix("/subscriptions/")


def _fate(item_id: str, proofs: Proofs) -> tuple[GapKind, str]:
    own = proofs.told.get(item_id)
    if own is not None and own[0] is None:
        return GapKind.TRUNCATED, LEFT_OUT
    around = [(scope, proofs.told[scope]) for scope in ancestors(item_id) if scope in proofs.told]
    for scope, (kind, _) in around:
        if kind is GapKind.GONE:
            return kind, f"what it lay in is gone: {scope.rsplit('/', 1)[-1]}"
    if own is not None and own[0] is not None:
        return own[0], own[1]
    for scope, (kind, _) in around:
        if kind is GapKind.DENIED:
            return kind, f"Azure refused even what it lies in: {scope.rsplit('/', 1)[-1]}"
    return _unasked(item_id, proofs)


def _unasked(item_id: str, proofs: Proofs) -> tuple[GapKind, str]:
    kind = type_of(item_id)
    action = f"{kind}/read"
    is_read = (home_of(item_id), kind) in proofs.listed.kinds
    if not is_read and proofs.allows(item_id, action) is False:
        return GapKind.DENIED, f"not asked: tonight's permissions there do not allow {action}"
    return GapKind.NOT_ASKED, "missing from its list and not asked for by itself tonight"


def _told_of(
    subject: str, page: Exchange, standing: AbstractSet[str]
) -> dict[str, tuple[GapKind | None, str]]:
    """What an answer says of the thing, and of what it lay in."""
    kind, detail = _told(page)
    around = set(gone_around(kind, page)) | ({subject} if kind is GapKind.GONE else set())
    if around & standing:
        return {subject: (GapKind.UNAVAILABLE, f"{detail}, though more of the same place is there")}
    return {subject: (kind, detail), **dict.fromkeys(around, (kind, detail))}


def listed_in(ids: Iterable[str]) -> Listed:
    """What the ids of listed things show."""
    every = tuple(ids)
    return Listed(
        places=frozenset(scope for one in every for scope in ancestors(one)),
        kinds=frozenset((home_of(one), type_of(one)) for one in every),
    )


def _told(page: Exchange) -> tuple[GapKind | None, str]:
    """What one answer says of the thing it is about."""
    answer = read_answer(_ONE, page)
    if isinstance(answer, NotApplicable):
        return GapKind.UNAVAILABLE, answer.detail
    if isinstance(answer, Answer):
        told = answer.body.get("id")
        if isinstance(told, str) and told.lower() != (page.subject or "").lower():
            return GapKind.MALFORMED, "Azure answered with something else"
        return None, ""
    if answer.kind is GapKind.GONE and not codes_in(page.body):
        # A page without an error of Azure's may be anybody's: it proves nothing.
        return GapKind.UNAVAILABLE, f"{answer.detail}, without an error of Azure's own"
    return answer.kind, answer.detail


def gone_around(kind: GapKind | None, page: Exchange) -> Iterator[str]:
    """Containers, in lower case, that an answer says are gone besides what it is about."""
    if kind is not GapKind.GONE:
        return
    codes = {code.lower() for code in codes_in(page.body)}
    around = {
        _GROUP_GONE: group_path(page.subject or ""),
        _SUBSCRIPTION_GONE: subscription_path(page.subject or ""),
    }
    for code, container in around.items():
        if code in codes and container is not None:
            yield container
