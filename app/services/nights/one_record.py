"""Collect one collector in one scope: ask, keep, read, judge."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.evidence.draft import Draft, RunFacts
from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.kit import (
    TENANT,
    Collector,
    Exchange,
    Expectations,
    Gap,
    GraphBatch,
    Scope,
)
from collectors.kit.interpret import Seen, ids_of, interpret, parents_of, unseen
from collectors.kit.judge import judge
from collectors.kit.level import context_of, parent_read, reads_in
from collectors.kit.missing.things import Missing

ASKS_AT_ONCE = 48
"""Lists of one record that are waited for at the same time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One record to be made."""

    collector: Collector
    scope: Scope

    @property
    def key(self) -> tuple[str, str]:
        """(scope, collector id), as the ledger names it."""
        return (str(self.scope), self.collector.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """Everything a record's questions gave, before what is missing from it is accounted for."""

    job: Job
    exchanges: tuple[Exchange, ...]
    seen: Seen


async def gather(job: Job, asker: Asker) -> Gathered:
    """Ask everything this record speaks for, and read it."""
    exchanges = await _exchanges(job, asker)
    seen = interpret(job.collector, job.scope, exchanges)
    return Gathered(job=job, exchanges=exchanges, seen=seen)


def drafted(
    found: Gathered,
    missing: Sequence[Missing],
    proofs: Sequence[Exchange],
    run: RunFacts,
    expectations: Expectations,
    at: datetime,
) -> Draft:
    """The record of what was gathered, judged; `proofs` tell what became of what is missing."""
    job, pages, seen = found.job, found.exchanges, found.seen
    if missing:
        pages = (*pages, *proofs)
        seen = interpret(job.collector, job.scope, pages, missing)
    return _draft(job, pages, seen, run, expectations, at)


def blind(
    job: Job,
    pages: Sequence[Exchange],
    gap: Gap,
    missing: Sequence[Missing],
    run: RunFacts,
    expectations: Expectations,
    at: datetime,
) -> Draft:
    """The record of a scope that could not even be named or asked: one gap for each read."""
    seen = unseen(job.collector, job.scope, gap, missing)
    return replace(_draft(job, tuple(pages), seen, run, expectations, at), blinded=gap)


def _draft(
    job: Job,
    exchanges: tuple[Exchange, ...],
    seen: Seen,
    run: RunFacts,
    expectations: Expectations,
    at: datetime,
) -> Draft:
    return Draft(
        record_id=str(uuid.uuid5(uuid.UUID(run.run_id), "/".join(job.key))),
        run=run,
        collector=job.collector,
        scope=job.scope,
        exchanges=exchanges,
        seen=seen,
        judgements=judge(job.collector, job.scope, seen, expectations),
        collected_at=at,
    )


async def _exchanges(job: Job, asker: Asker) -> tuple[Exchange, ...]:
    pages = await ask_lists(job, asker)
    return pages + await ask_all(children_of(job, pages), asker)


async def ask_lists(job: Job, asker: Asker) -> tuple[Exchange, ...]:
    """The lists of a record: its own, and those of the tenant that it leans on."""
    reads = job.collector.reads
    context = context_of(job.collector, job.scope)
    names = (*context, *reads_in(job.collector, job.scope))
    lists = [
        Ask(name=name, read=reads[name], scope=TENANT if name in context else job.scope)
        for name in names
        if parent_read(reads[name]) is None and not isinstance(reads[name], GraphBatch)
    ]
    pages = await ask_all(lists, asker)
    for name in names:  # the ids of one may come from another
        if isinstance(reads[name], GraphBatch):
            ids = ids_of(job.collector, name, pages)
            ask = Ask(name=name, read=reads[name], scope=TENANT, ids=ids)
            pages += await asker.exchanges(ask)
    return pages


def children_of(job: Job, pages: Sequence[Exchange]) -> list[Ask]:
    """What is asked of each single resource that the lists show."""
    return [
        Ask(name=name, read=job.collector.reads[name], scope=job.scope, parent=parent)
        for name in reads_in(job.collector, job.scope)
        for parent in parents_of(job.collector, job.scope, name, pages)
    ]


async def ask_all(asks: Sequence[Ask], asker: Asker) -> tuple[Exchange, ...]:
    """Every page of every list, in the order of the asks.

    A few wait at a time, not a task for each of thousands: more could not be under way anyway.
    """
    answers: list[tuple[Exchange, ...]] = [()] * len(asks)
    left = iter(enumerate(asks))

    async def work() -> None:
        for place, ask in left:
            answers[place] = await asker.exchanges(ask)

    await asyncio.gather(*(work() for _ in range(min(ASKS_AT_ONCE, len(asks)))))
    return tuple(exchange for answer in answers for exchange in answer)
