"""Which records a night consists of, and how they are worked off."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.services.collecting import Job
from collectors.kit import TENANT, Collector, Exchange, Gap, GapKind, Scope
from collectors.kit.interpret import Seen
from collectors.kit.level import has_scope

UNLISTED = Scope("unlisted")
"""Stands for the subscriptions that could not even be listed: blind, and said so."""
SUBSCRIPTIONS = "subscriptions"
"""The read of the inventory that lists them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriptions:
    """The subscriptions of a tenant: those to ask, and those that cannot be asked and why."""

    ids: tuple[str, ...]
    """Listed by Azure, or chosen for the connection and listed."""
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
) -> Subscriptions:
    """Reconcile Azure's list with the choice of the connection and with what is known.

    `known` are ids from Resource Graph's rows and from the last night: a subscription that is in
    one of them and not in the list is a gap, never a smaller tenant. An empty list is one too: an
    identity without any role is answered so.
    """
    items = listed.items[SUBSCRIPTIONS]
    found = {str(item["subscriptionId"]).lower() for item in items if item["subscriptionId"]}
    wanted = {one.lower() for one in chosen}
    lost = {
        Scope(one): _gone(one) for one in sorted((wanted or {k.lower() for k in known}) - found)
    }
    gaps = [gap for gap in listed.gaps if gap.read == SUBSCRIPTIONS]
    if len(found) < len(items):
        gaps.append(_unnamed(GapKind.MALFORMED, "Azure listed a subscription without its id"))
    if not found and not gaps:
        gaps.append(_unnamed(GapKind.DENIED, "Azure showed no subscription to this identity"))
    if gaps and not wanted:
        lost[UNLISTED] = gaps[0]
    return Subscriptions(ids=tuple(sorted(wanted & found or found)), lost=lost, pages=pages)


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


def _gone(subscription: str) -> Gap:
    return _unnamed(GapKind.GONE, f"Azure's list of subscriptions does not name {subscription}")


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
