"""How many own a subscription: by its own assignments and by those it inherits."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from collectors.kit.access.holders import holder_id
from collectors.kit.access.roles import (
    AZURE_OTHERS,
    AZURE_PRIVILEGED,
    OWNER,
    azure_privilege,
    role_id,
)
from collectors.kit.beside import Beside, beside_of
from collectors.kit.spec import Expectations, Item, Population, Verdict, failed, passed, unknown
from collectors.kit.values.subscriptions import is_billing_shell

ROOT, BELOW, ASIDE = "/", "below", "aside"
GROUPS = "/providers/microsoft.management/managementgroups/"
EVERYWHERE = " (of any management group, or the root)"


class _Owning(StrEnum):
    YES = "yes"
    MAYBE = "maybe"


_Given = Mapping[tuple[str | None, _Owning], list[str]]
"""Holders of the assignments, by place and by whether these make an owner."""


def owners_limit(assignments: Population, expectations: Expectations) -> Mapping[str, Verdict]:
    """Few owners of a subscription, by its own assignments and by those it inherits.

    An owner is who holds Owner, or a custom role by which its holder can give roles away: who made
    that role, made owners by another name. The built-in roles that give roles away are no owners,
    and are asked about as privileged ones. Who holds it here and above is one owner; a group is one
    too, however many are in it, as its members are asked about by `privileged_to_people`; and so is
    an activation that is under way. Inherited is what was given at the root or at a management
    group above the subscription; where Azure does not tell those that lie above it, any of them
    counts. Microsoft's rule counts the built-in Owner alone.

    Subject: every subscription that is listed or that an assignment names. One that Resource Graph
    does not show beside others was not asked about: the connection names those. A shell by which
    Entra ID is billed holds nothing to own: it counts only where an assignment names it.
    """
    definitions = beside_of(assignments.siblings.get("definitions", ()), ())
    given: dict[tuple[str | None, _Owning], list[str]] = {}
    for place, owning, holder in _given(assignments, definitions):
        given.setdefault((place, owning), []).append(holder)
    above = dict(_chains(assignments.siblings.get("containers", ())))
    listed = {
        item.subscription_id
        for item in assignments.siblings["subscriptions"]
        if not is_billing_shell(item)
    }
    shown = {item.subscription_id for item in assignments.siblings.get("containers", ())} - {None}
    if shown:
        listed &= shown
    named = {_subscription(item["properties.scope"]) for item in assignments}
    subjects = sorted(one for one in listed | named if one)
    placeless = sum(len(held) for (place, _), held in given.items() if place is None)
    wanted = expectations["max_owners"]
    if not assignments.items:
        return dict.fromkeys(
            subjects, unknown("no assignment was listed, and every scope has some")
        )
    return {
        one: _few_owners(one, given, above.get(one), placeless, wanted) for one in subjects
    } or ({str(assignments.scope): _unplaced(placeless)} if placeless else {})


def _given(
    assignments: Iterable[Item], definitions: Beside
) -> Iterator[tuple[str | None, _Owning, str]]:
    for item in assignments:
        holder = (holder_id(item) or item.id).lower()
        owning = _owning(item["properties.roleDefinitionId"], definitions)
        place = _place(item["properties.scope"])
        if owning is not None:
            yield place, owning, holder
        elif place is None:
            yield None, _Owning.MAYBE, holder


def _owning(definition: object, definitions: Beside) -> _Owning | None:
    own = role_id(definition)
    if own == OWNER:
        return _Owning.YES
    if own in AZURE_PRIVILEGED or own in AZURE_OTHERS:
        return None
    known = azure_privilege(definition, definitions)
    if known.grants is None and known.held is not False:
        return _Owning.MAYBE
    return _Owning.YES if known.grants and _is_custom(own, definitions) else None


def _is_custom(own: str | None, definitions: Beside) -> bool:
    found = definitions.having("name", own or "")
    return not found or found[0]["properties.type"] != "BuiltInRole"


def _place(scope: object) -> str | None:
    """What an assignment is on: a subscription's id, a management group, the root, BELOW, or ASIDE.

    Aside are resources of the tenant and of management groups, such as billing accounts and
    reservations: no subscription inherits from them. None when no scope is named, or none that is
    known. https://learn.microsoft.com/azure/role-based-access-control/scope-overview
    """
    parts = scope.rstrip("/").lower().split("/") if isinstance(scope, str) and scope else None
    match parts:
        case [""]:
            return ROOT
        case ["", "subscriptions", subscription] if subscription:
            return subscription
        case ["", "subscriptions", _, "resourcegroups" | "providers", name, *_] if name:
            return BELOW
        case ["", "providers", provider, *rest] if provider:
            return _of_tenant(provider, rest)
        case _:
            return None


def _of_tenant(provider: str, rest: list[str]) -> str | None:
    """The place that a scope of no subscription names."""
    if provider != "microsoft.management":
        return ASIDE
    match rest:
        case ["managementgroups", name] if name:
            return f"{GROUPS}{name}"
        case ["managementgroups", _, "providers", *_]:
            return ASIDE
        case _:
            return None


def _subscription(scope: object) -> str | None:
    """The subscription that an assignment is on or in."""
    match scope.lower().split("/") if isinstance(scope, str) else []:
        case ["", "subscriptions", subscription, *_]:
            return subscription
        case _:
            return None


def _chains(containers: Iterable[Item]) -> Iterator[tuple[str, frozenset[str]]]:
    """Management groups above each subscription of which they are told."""
    for item in containers:
        chain = item["properties.managementGroupAncestorsChain"]
        names = [
            one.get("name") if isinstance(one, Mapping) else None
            for one in (chain if isinstance(chain, list) else ())
        ]
        if item.subscription_id and names and all(isinstance(name, str) for name in names):
            yield item.subscription_id, frozenset(f"{GROUPS}{str(name).lower()}" for name in names)


def _few_owners(
    subscription: str, given: _Given, above: frozenset[str] | None, placeless: int, wanted: int
) -> Verdict:
    own = given.get((subscription, _Owning.YES), [])
    inherited = _inherited(given, above, _Owning.YES)
    owners = {*own, *inherited}
    maybe = {
        *given.get((subscription, _Owning.MAYBE), []),
        *_inherited(given, above, _Owning.MAYBE),
    } - owners
    told = f"Owner assignments: {len(own)} of its own, {len(inherited)} inherited"
    where = EVERYWHERE if inherited and above is None else ""
    once = f", of {len(owners)} owners" if len(owners) < len(own) + len(inherited) else ""
    said = f"{told}{where}{once}; at most {wanted} are expected"
    if len(owners) > wanted:
        return failed(said)
    if placeless:
        return _unplaced(placeless)
    if maybe:
        return unknown(
            f"{told}, and {len(maybe)} of roles of which Azure did not say what they allow"
        )
    return passed(said)


def _inherited(given: _Given, above: frozenset[str] | None, owning: _Owning) -> list[str]:
    return [
        holder
        for (place, one), held in given.items()
        if one is owning
        and place is not None
        and (place == ROOT or (place.startswith(GROUPS) if above is None else place in above))
        for holder in held
    ]


def _unplaced(count: int) -> Verdict:
    return unknown(f"assignments without a scope in Azure's answer: {count}")
