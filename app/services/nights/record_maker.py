"""The records of a night, made one by one: gathered, accounted for, judged."""

import traceback
from collections.abc import Callable
from datetime import datetime

import structlog

from app.errors import AppError
from app.evidence.draft import Draft, RunFacts
from app.services.nights.absence.account import Accounts, Unsettled
from app.services.nights.one_record import Gathered, Job, blind, drafted, gather
from app.services.nights.plan import Subscriptions
from collectors.azure.collect import Asker
from collectors.kit import Expectations, Gap, GapKind
from collectors.kit.errors import GatewayError
from collectors.kit.missing.things import Missing

LOG = structlog.get_logger()


class RecordMaker:
    """Makes drafts of records. One that misses something waits until that is settled."""

    def __init__(
        self,
        asker: Asker,
        accounts: Accounts,
        tenant: Subscriptions,
        facts: RunFacts,
        expectations: Expectations,
        now: Callable[[], datetime],
    ) -> None:
        self._asker, self._accounts, self._tenant = asker, accounts, tenant
        self._facts, self._expectations, self._now = facts, expectations, now
        self._waiting: dict[tuple[str, str], Unsettled] = {}

    async def made(self, job: Job) -> Draft | None:
        """The record of a job; None when it waits. Raises AppError or GatewayError alone."""
        try:
            return await self._made(job)
        except (AppError, GatewayError):
            raise
        except Exception as error:  # noqa: BLE001 - the per-collector boundary: a gap
            return self.failed(job, error)

    @property
    def waiting(self) -> list[Job]:
        """Those whose records wait."""
        return [one.gathered.job for one in self._waiting.values()]

    async def settle(self) -> None:
        """Find out what became of all that is missing."""
        await self._accounts.settle(self._waiting.values())

    async def settled(self, job: Job) -> Draft:
        """The record of a job that waited."""
        one = self._waiting.pop(job.key)
        try:
            return self._draft(one.gathered, one.missing)
        except Exception as error:  # noqa: BLE001 - the per-collector boundary: a gap
            return self.failed(job, error)

    async def _made(self, job: Job) -> Draft | None:
        lost = self._tenant.lost.get(job.scope)
        if lost is not None:
            return self._blind(job, lost)
        found = await gather(job, self._asker)
        missing = self._accounts.missing(found)
        if missing:
            self._waiting[job.key] = Unsettled(gathered=found, missing=missing)
            return None
        return self._draft(found, ())

    def _draft(self, found: Gathered, missing: tuple[Missing, ...]) -> Draft:
        pages = self._accounts.pages(missing)
        return drafted(found, missing, pages, self._facts, self._expectations, self._now())

    def _blind(self, job: Job, gap: Gap) -> Draft:
        home = Missing(read="", id=f"/subscriptions/{job.scope.subscription_id}")
        pages = (*self._tenant.pages, *self._accounts.pages([home]))
        missing = self._accounts.unseen(job)
        return blind(job, pages, gap, missing, self._facts, self._expectations, self._now())

    def failed(self, job: Job, error: Exception) -> Draft:
        """The record of a job whose collector, or whose record itself, could not be made."""
        where = {"collector": job.collector.id, "scope": str(job.scope)}
        LOG.error("collector_failed", **where, exc_info=error)
        detail = f"the collector failed: {type(error).__name__} in {_place(error)}"
        gap = Gap(read="", subject=None, kind=GapKind.MALFORMED, detail=detail)
        missing = self._accounts.unseen(job)
        return blind(job, (), gap, missing, self._facts, self._expectations, self._now())


def _place(error: BaseException) -> str:
    """File and line of the code that failed; the log has the whole traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].name}, line {frames[-1].lineno}" if frames else "an unknown place"
