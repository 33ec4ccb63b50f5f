"""One attempt at a run: collected, sealed, then indexed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.db.rows.evidence import done_scopes, gaps
from app.db.rows.runs import note_trouble, run_by_id
from app.errors import AppError, RefusedError
from app.evidence.canonical import canonical, sha256
from app.evidence.draft import Draft, RunFacts, clock_skew
from app.evidence.events.fact import Fact, event_of
from app.evidence.events.run_events import RunFailed
from app.evidence.record import EntryPlace, derived_key, instant, rules_key, utc
from app.evidence.rights import COLLECTOR
from app.evidence.run import completed_by, lost_by, started_by
from app.evidence.run_state import RunState
from app.schedule.connection import Connection
from app.services.connections.schedule_statement import schedule_to_tell
from app.services.connections.tenant_gateway import open_gateway
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.log.evidence_log import EvidenceLog
from app.services.nights.absence.account import open_accounts
from app.services.nights.absence.earlier import Earlier
from app.services.nights.absence.rights_changes import (
    Shown,
    change_since,
    fact_of_change,
    shown_rights,
)
from app.services.nights.basis_change import (
    change_of_basis,
    judging_settings,
    tonights_basis,
)
from app.services.nights.commitments import RunCommitments, night_salts
from app.services.nights.intake import intake_of
from app.services.nights.one_record import Job
from app.services.nights.plan import (
    SUBSCRIPTIONS,
    Subscriptions,
    planned_jobs,
    subscriptions_of,
    together,
)
from app.services.nights.record_maker import RecordMaker
from app.services.nights.rules_archive import rules_archive
from app.services.nights.tool import tool
from app.services.proof.stored_objects import stored_since
from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.kit import TENANT, Expectations, Scope
from collectors.kit.answers.answer import forget_pages
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.errors import GatewayError
from collectors.kit.interpret import interpret

if TYPE_CHECKING:
    from collectors.azure.live import LiveGateway

RECORDS_AT_ONCE = 6
"""Records in work at the same time: bounds what is held in memory, not the requests."""
SCOPES_AT_ONCE = 4
"""Subscriptions whose raw pages are held at the same time."""
INVENTORY, RESOURCES = "inventory.resources", "resources"


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a run is."""

    done: int
    of: int
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NightReport:
    """What a run left behind."""

    run_id: str
    slot: datetime
    records: int
    resumed: int
    """Records that an earlier, interrupted attempt had sealed already."""
    gaps: int
    log_size: int
    awaiting_timestamp: bool
    judged_again: int = 0
    """Earlier nights that were judged again because the rules have changed."""


Told = Callable[[Progress], None]


class NightAttempt:
    """One attempt at a run, by whoever holds the store's lock."""

    def __init__(
        self, ports: Ports, connection: Connection, run_id: str, log: EvidenceLog, told: Told
    ) -> None:
        self._ports, self._connection, self._log, self._told = ports, connection, log, told
        with ports.database.read() as session:
            self._run = run_by_id(session, run_id)
            self._finished = done_scopes(session, run_id)
            slot = self._run.slot
            self._gaps = len(gaps(session, connection.id, slot, slot))
        # judged by the very instant that the record can say: milliseconds
        self._as_of = instant(utc(self._run.started_at or ports.now()))
        self._done = len(self._finished)
        self._expectations = canonical(ports.expectation_values)
        self._rights: Shown = {}
        self._commitments = RunCommitments(night_salts(ports))

    async def collect(self) -> NightReport:
        """Ask, seal and index all that no earlier attempt has sealed.

        Raises GatewayError, WriterBusyError, RefusedError and UnavailableError.
        """
        gateway = open_gateway(self._connection, self._ports.settings, self._ports.now)
        asker = Asker(gateway, intake_of(self._ports.store))
        try:
            await self._collect_all(asker, await self._begin(gateway, asker))
        finally:
            await asker.close()
            await gateway.close()
            forget_pages()
        return await asyncio.to_thread(self._finish)

    def stopped(self, reason: str) -> None:
        """Azure could not be asked.

        Somebody who waits is told, and that is the end of a run that has nothing yet. A scheduled
        night, or one that has records, is tried again until the next night is due.
        """
        if self._run.reason == "manual" and not self._done:
            self._append(lost_by(self._run, RunFailed, reason))
            self._log.seal(self._ports.now, self._ports.authorities)
            catch_up(self._ports, self._log)
            return
        with self._ports.database.begin() as session:
            note_trouble(session, self._run.id, reason)

    async def _begin(self, gateway: "LiveGateway", asker: Asker) -> RunFacts:
        principal = await gateway.principal()  # no token, no run: before anything is sealed
        await self._need_right_clock(asker)
        values = self._expectations
        self._ports.store.put_once(derived_key(sha256(values)), values)
        rules = rules_archive()
        self._ports.store.put_once(rules_key(sha256(rules)), rules)
        schedule = schedule_to_tell(self._ports, self._log, self._connection.id)
        if schedule is not None:
            self._append(schedule)
        if self._run.state is RunState.PLANNED:
            self._append(started_by(self._run, judging_settings(self._ports.settings)))
        basis = tonights_basis(sha256(values), self._ports.settings)
        change = change_of_basis(self._ports, self._run, basis)
        if change is not None:
            self._append(change)
        return RunFacts(
            run_id=self._run.id,
            connection_id=self._connection.id,
            tenant_id=self._connection.tenant_id,
            slot=self._run.slot,
            trigger=self._run.reason,
            as_of=self._as_of,
            expectations_sha256=sha256(values),
            tool=tool(),
            principal=asdict(principal),
        )

    async def _need_right_clock(self, asker: Asker) -> None:
        """Azure says what time it is: a night of another time is not begun. Raises RefusedError."""
        read = collector_by_id(INVENTORY).reads[SUBSCRIPTIONS]
        pages = await asker.exchanges(Ask(name=SUBSCRIPTIONS, read=read, scope=TENANT))
        skew = clock_skew(pages)
        if skew is None or timedelta(milliseconds=abs(skew)) <= self._ports.settings.clock_limit:
            return
        far = f"{timedelta(milliseconds=abs(skew))} {'ahead of' if skew > 0 else 'behind'}"
        raise RefusedError(
            f"this computer's clock is {far} Azure's, more than the setting clock_limit allows; "
            "nothing is sealed by such a clock, set it right",
            code="clock_wrong",
        )

    async def _collect_all(self, asker: Asker, facts: RunFacts) -> None:
        """Records that miss nothing are sealed as they come, all others once it is asked for."""
        chosen = self._connection.subscriptions
        earlier = Earlier(self._ports, self._connection.id, self._run.id, chosen)
        tenant = await self._subscriptions(asker, earlier)
        accounts = await open_accounts(self._ports, self._connection, earlier, asker, tenant)
        tenant = await accounts.settle_subscriptions(tenant)
        expectations = Expectations(values=self._ports.expectation_values, as_of=self._as_of)
        jobs = [j for j in planned_jobs(self._ports.collectors, tenant) if not self._has(j)]
        making = RecordMaker(asker, accounts, tenant, facts, expectations, self._ports.now)
        of = len(jobs) + self._done
        gate = asyncio.Semaphore(RECORDS_AT_ONCE)

        async def one(job: Job, making_it: Callable[[Job], Awaitable[Draft | None]]) -> None:
            async with gate:
                draft = await making_it(job)
            if draft is not None:
                try:
                    await asyncio.to_thread(self._seal, draft)
                except (AppError, GatewayError):
                    raise
                except Exception as error:  # noqa: BLE001 - what has no canonical form is a gap
                    await asyncio.to_thread(self._seal, making.failed(job, error))
                self._done += 1
                what = f"{job.collector.id} in {job.scope}"
                self._told(Progress(done=self._done, of=of, what=what))

        await together([one(job, making.made) for job in jobs if job.scope == TENANT])
        scopes = asyncio.Semaphore(SCOPES_AT_ONCE)

        async def all_of(scope: Scope, its_jobs: list[Job]) -> None:
            async with scopes:
                await together([one(job, making.made) for job in its_jobs])
                asker.forget(scope)  # nobody asks for these pages again: memory stays bounded

        await together([all_of(scope, found) for scope, found in _by_scope(jobs)])
        await making.settle()
        await together([one(job, making.settled) for job in making.waiting])

    async def _subscriptions(self, asker: Asker, earlier: Earlier) -> Subscriptions:
        inventory = collector_by_id(INVENTORY)
        reads = inventory.reads
        pages, rows = await asyncio.gather(
            asker.exchanges(Ask(name=SUBSCRIPTIONS, read=reads[SUBSCRIPTIONS], scope=TENANT)),
            asker.exchanges(Ask(name=RESOURCES, read=reads[RESOURCES], scope=TENANT)),
        )
        seen = interpret(inventory, TENANT, (*pages, *rows))
        in_rows = {item.subscription_id for item in seen.items[RESOURCES]} - {None}
        return subscriptions_of(
            seen,
            pages,
            chosen=self._connection.subscriptions,
            known=earlier.subscriptions(),
            holding={one for one in in_rows if one},
        )

    def _has(self, job: Job) -> bool:
        return job.key in self._finished

    def _seal(self, draft: Draft) -> None:
        verdicts = draft.verdicts()
        self._ports.store.put_once(derived_key(sha256(verdicts)), verdicts)
        prepared = self._commitments.prepared(draft, self._expectations)
        data = b""

        def build(place: EntryPlace) -> bytes:
            nonlocal data
            data = draft.sealed(place, prepared)
            return data

        entry = self._log.append(build)
        self._commitments.take(entry.seq, data)
        self._gaps += len(draft.seen.gaps)
        if draft.collector.id == COLLECTOR:
            self._rights |= shown_rights(self._ports, draft.seen, draft.run.principal)

    def _append(self, fact: Fact) -> None:
        self._log.append(event_of(fact, at=self._ports.now(), actor="annexa").sealed)

    def _finish(self) -> NightReport:
        change = change_since(self._ports, self._connection.id, self._run.id, self._rights)
        if change.lost or change.gained:
            self._append(fact_of_change(change, self._run))
        self._append(stored_since(self._ports, self._log, self._run))
        committed = self._commitments.all_of(self._ports, self._run.id)
        self._append(completed_by(self._run, self._done, self._gaps, committed))
        checkpoint = self._log.seal(self._ports.now, self._ports.authorities)
        catch_up(self._ports, self._log)
        return NightReport(
            run_id=self._run.id,
            slot=self._run.slot,
            records=self._done,
            resumed=len(self._finished),
            gaps=self._gaps,
            log_size=checkpoint.size,
            awaiting_timestamp=checkpoint.timestamp is None,
        )


def _by_scope(jobs: list[Job]) -> Iterator[tuple[Scope, list[Job]]]:
    for scope in dict.fromkeys(job.scope for job in jobs if job.scope != TENANT):
        yield scope, [job for job in jobs if job.scope == scope]
