"""Which records a night consists of, and how they are worked off."""

import asyncio
from collections.abc import Container, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.services.nights.one_record import Job
from collectors.kit import TENANT, Collector, Exchange, Gap, GapKind, Scope
from collectors.kit.interpret import Seen
from collectors.kit.level import has_scope
from collectors.kit.missing.things import Absence
from collectors.kit.values.subscriptions import is_billing_shell

UNLISTED = Scope("unlisted")
"""Stands for the subscriptions that could not even be listed: blind, and said so."""
SUBSCRIPTIONS = "subscriptions"
"""The read of the inventory that lists them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriptions:
    """The subscriptions of a tenant: those to ask, and those that cannot be asked and why."""

    ids: tuple[str, ...]
    """Listed by Azure, or chosen for the connection and listed."""
    shells: tuple[str, ...]
    """Listed, and not asked: by their offer they only bill Entra ID and cannot hold resources."""
    lost: Mapping[Scope, Gap]
    """Known from elsewhere, yet not listed; UNLISTED stands for those nobody can name."""
    pages: tuple[Exchange, ...]
    """What Azure answered when asked for the list."""


def subscriptions_of(
    listed: Seen,
    pages: tuple[Exchange, ...],
    *,
    chosen: Iterable[str],
    known: Iterable[str],
    holding: Iterable[str] = (),
) -> Subscriptions:
    """Reconcile Azure's list with the choice of the connection and with what is known.

    `holding` are ids from Resource Graph's rows, `known` those of the last night: a subscription
    that is in one of them and not in the list is a gap, never a smaller tenant, unless Azure says
    of it that it is gone (`settled`). An empty list is a gap too: an identity without any role is
    answered so. What the list itself lacks is told of each. A billing shell is asked only if it
    was chosen or holds something.
    """
    items = listed.items[SUBSCRIPTIONS]
    by_id = {str(item["subscriptionId"]).lower(): item for item in items if item["subscriptionId"]}
    wanted, held = {one.lower() for one in chosen}, {one.lower() for one in holding}
    gaps = [gap for gap in listed.gaps if gap.read == SUBSCRIPTIONS]
    if len(by_id) < len(items):
        gaps.append(_unnamed(GapKind.MALFORMED, "Azure listed a subscription without its id"))
    if not by_id and not gaps:
        gaps.append(_unnamed(GapKind.DENIED, "Azure showed no subscription to this identity"))
    missing = sorted((wanted or held | {one.lower() for one in known}) - by_id.keys())
    lost = {Scope(one): _no_proof(gaps[0]) if gaps else _unlisted(one) for one in missing}
    if gaps and not wanted:
        lost[UNLISTED] = gaps[0]
    shells = {one for one, item in by_id.items() if is_billing_shell(item)} - wanted - held
    asked = (wanted & by_id.keys() if wanted else by_id.keys()) - shells
    return Subscriptions(
        ids=tuple(sorted(asked)), shells=tuple(sorted(shells)), lost=lost, pages=pages
    )


def planned_jobs(collectors: Iterable[Collector], tenant: Subscriptions) -> list[Job]:
    """Every (collector, scope) of a night: tenant-wide first, they are the others' parents."""
    scopes = [TENANT, *(Scope(subscription) for subscription in tenant.ids), *tenant.lost]
    known = list(collectors)
    return [
        Job(collector=collector, scope=scope)
        for scope in scopes
        for collector in known
        if has_scope(collector, scope)
    ]


def settled(
    tenant: Subscriptions, told: Mapping[Scope, Absence], chosen: Container[str]
) -> Subscriptions:
    """With what Azure said of those that its list does not name: what is gone is no longer asked.

    One that the connection names stays a gap until the connection is changed.
    """
    lost = {}
    for scope, gap in tenant.lost.items():
        absence = told.get(scope)
        if absence is None:
            lost[scope] = gap
        elif not absence.proved or scope.subscription_id in chosen:
            lost[scope] = _unnamed(absence.kind, f"{gap.detail}; {absence.detail}")
    return replace(tenant, lost=lost)


def _no_proof(gap: Gap) -> Gap:
    """A list that is not found proves nothing of what it should name."""
    return replace(gap, kind=GapKind.UNAVAILABLE) if gap.kind is GapKind.GONE else gap


def _unlisted(subscription: str) -> Gap:
    detail = f"Azure's list of subscriptions does not name {subscription}"
    return _unnamed(GapKind.NOT_ASKED, detail)


def _unnamed(kind: GapKind, detail: str) -> Gap:
    return Gap(read=SUBSCRIPTIONS, subject=None, kind=kind, detail=detail)


async def together(work: Sequence[Coroutine[None, None, None]]) -> None:
    """Run all; when one raises, stop the others and raise that very error."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as errors:
        raise _first(errors) from errors


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
