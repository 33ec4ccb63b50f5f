"""Which records a night consists of, and how they are worked off."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass

from app.services.collecting import Job
from collectors.kit import TENANT, Collector, Exchange, Gap, Scope
from collectors.kit.level import has_scope

UNLISTED = Scope("unlisted")
"""Stands for the subscriptions that could not even be listed: blind, and said so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriptions:
    """The subscriptions of a tenant as far as Azure told."""

    ids: tuple[str, ...]
    pages: tuple[Exchange, ...]
    gaps: tuple[Gap, ...]
    """Not empty when there may be more than `ids`."""


def planned_jobs(collectors: Iterable[Collector], tenant: Subscriptions) -> list[Job]:
    """Every (collector, scope) of a night: tenant-wide first, they are the others' parents."""
    scopes = [TENANT, *(Scope(subscription) for subscription in tenant.ids)]
    if tenant.gaps:
        scopes.append(UNLISTED)
    known = list(collectors)
    return [
        Job(collector=collector, scope=scope)
        for scope in scopes
        for collector in known
        if has_scope(collector, scope)
    ]


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
