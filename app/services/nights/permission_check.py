"""Before the first night: which source can be read where, and which permission is missing.

It asks what a night asks, by the night's own plan, of every subscription: every list, and of what
is asked resource by resource the first of each type. So a fault of a read, a type or a subscription
shows here as it will at night; a fault of one single resource may show at night only.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from app.schedule.connection import Connection
from app.services.connections.tenant_gateway import open_gateway
from app.services.home.azure_cloud import app_error
from app.services.home.installation import Ports
from app.services.nights.absence.account import Accounts, Unsettled, open_accounts
from app.services.nights.one_record import Gathered, Job, ask_all, ask_lists, children_of
from app.services.nights.plan import SUBSCRIPTIONS, Subscriptions, planned_jobs, subscriptions_of
from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.azure.intake import Unstored
from collectors.kit import TENANT, Collector, Gap, ResourceGraph
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.errors import GatewayError
from collectors.kit.interpret import Seen, interpret
from collectors.kit.level import parent_read, reads_in

INVENTORY, RESOURCES = "inventory.resources", "resources"
NOTHING = "nothing of this kind to ask about"
NO_ROWS = (
    "no rows: nothing of this kind, or no right to see it, of which Resource Graph says nothing"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """What asking one source in one scope gave."""

    collector_id: str
    read: str
    scope: str
    seen: bool
    detail: str
    needs: tuple[str, ...]
    tried: int
    """Resources it was asked of; 0 for a list."""
    not_tried: int
    """Resources that a night asks as well, of the same types as those tried."""

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def check_connection(ports: Ports, connection: Connection) -> list[Probe]:
    """Ask every read once in every subscription, and of single resources the first of each type.

    Nothing is stored. Raises AppError when Azure cannot be asked at all.
    """
    try:
        return asyncio.run(_check(ports, connection))
    except GatewayError as error:
        raise app_error(error) from error


async def _check(ports: Ports, connection: Connection) -> list[Probe]:
    gateway = open_gateway(connection, ports.settings, ports.now)
    asker = Asker(gateway, Unstored)
    try:
        await gateway.principal()
        tenant = await _subscriptions(asker, connection)
        accounts = await open_accounts(ports, connection, None, asker, tenant)
        tenant = await accounts.settle_subscriptions(tenant)
        found: list[Probe] = []
        for scope, jobs in groupby(planned_jobs(ports.collectors, tenant), lambda job: job.scope):
            lost = tenant.lost.get(scope)
            if lost is not None:
                found += [probe for job in jobs for probe in _lost(job, lost)]
                continue
            told = await asyncio.gather(*(_probe(asker, job, accounts) for job in jobs))
            found += [probe for probes in told for probe in probes]
            if scope != TENANT:
                asker.forget(scope)
        return found
    finally:
        await asker.close()
        await gateway.close()


async def _subscriptions(asker: Asker, connection: Connection) -> Subscriptions:
    inventory = collector_by_id(INVENTORY)
    asks = [
        Ask(name=name, read=inventory.reads[name], scope=TENANT)
        for name in (SUBSCRIPTIONS, RESOURCES)
    ]
    pages = await ask_all(asks, asker)
    seen = interpret(inventory, TENANT, pages)
    holding = {one for item in seen.items[RESOURCES] if (one := item.subscription_id)}
    return subscriptions_of(seen, pages, chosen=connection.subscriptions, known=(), holding=holding)


async def _probe(asker: Asker, job: Job, accounts: Accounts) -> list[Probe]:
    lists = await ask_lists(job, asker)
    wanted = children_of(job, lists)
    tried = list(_first_of_each_type(wanted))
    pages = lists + await ask_all(tried, asker)
    found = Gathered(job=job, exchanges=pages, seen=interpret(job.collector, job.scope, pages))
    missing = accounts.missing(found)
    await accounts.settle([Unsettled(gathered=found, missing=missing)])
    seen = interpret(job.collector, job.scope, pages + accounts.pages(missing), missing)
    return [
        _told(job, name, seen, [ask for ask in wanted if ask.name == name], tried)
        for name in reads_in(job.collector, job.scope)
    ]


def _first_of_each_type(asks: Iterable[Ask]) -> Iterator[Ask]:
    known: set[tuple[str, str]] = set()
    for ask in asks:
        kind = (ask.name, ask.parent.type if ask.parent else "")
        if kind not in known:
            known.add(kind)
            yield ask


def _told(job: Job, name: str, seen: Seen, wanted: Sequence[Ask], tried: Sequence[Ask]) -> Probe:
    asked = {_id(ask) for ask in tried if ask.name == name}
    per_resource = parent_read(job.collector.reads[name]) is not None
    of = parent_read(job.collector.reads[name])
    orphaned = {one.missing.id.lower() for one in seen.absent if one.missing.read == of}
    known = asked | orphaned
    gaps = [
        gap
        for gap in seen.gaps
        if gap.read == name
        and (not per_resource or gap.subject is None or gap.subject.lower() in known)
    ]
    lacking = [one for one in seen.not_applicable if one.read == name]
    left = len(wanted) - len(asked)
    said = ""
    if gaps:
        said = f"{gaps[0].kind.value}: {gaps[0].detail}"
    elif per_resource and not wanted:
        said = NOTHING
    elif lacking:
        said = f"the first of its kind has nothing of it: {lacking[0].detail}"
    elif isinstance(job.collector.reads[name], ResourceGraph) and not seen.items[name]:
        said = NO_ROWS
    needs: tuple[str, ...] = ()
    if of is not None and gaps and (gaps[0].subject or "").lower() in orphaned:
        needs = job.collector.reads[of].needs  # the list of the parents is what cannot be read
    return _made(
        job, name, seen=not gaps, detail=said, needs=needs, tried=len(asked), not_tried=left
    )


def _id(ask: Ask) -> str:
    return ask.parent.id.lower() if ask.parent else ""


def _lost(job: Job, gap: Gap) -> list[Probe]:
    """A subscription that cannot even be named: without the list nothing inside it is asked."""
    needs = collector_by_id(INVENTORY).reads[SUBSCRIPTIONS].needs
    detail = f"{gap.kind.value}: {gap.detail}"
    return [
        _made(job, name, seen=False, detail=detail, needs=needs)
        for name in reads_in(job.collector, job.scope)
    ]


def _made(
    job: Job,
    name: str,
    *,
    seen: bool,
    detail: str,
    needs: tuple[str, ...] = (),
    tried: int = 0,
    not_tried: int = 0,
) -> Probe:
    collector: Collector = job.collector
    return Probe(
        collector_id=collector.id,
        read=name,
        scope=str(job.scope),
        seen=seen,
        detail=detail,
        needs=needs or collector.reads[name].needs,
        tried=tried,
        not_tried=not_tried,
    )
