"""Before the first night: which source can be read, and which permission is missing."""

import asyncio
from dataclasses import asdict, dataclass
from typing import Any

from app.services.azure import open_gateway, said
from app.services.connections import Connection
from app.services.ports import Ports
from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.kit import (
    TENANT,
    Collector,
    Exchange,
    Gap,
    GapKind,
    GraphBatch,
    Item,
    NotApplicable,
    Read,
    ResourceGraph,
    Scope,
)
from collectors.kit.answers import Answer, read_answer
from collectors.kit.batches import REQUESTS_PER_BATCH, read_batch
from collectors.kit.errors import GatewayError
from collectors.kit.interpret import ids_of, interpret, parents_of
from collectors.kit.level import is_tenant_wide, parent_read
from collectors.kit.registry import collector_by_id

INVENTORY, SUBSCRIPTIONS = "inventory.resources", "subscriptions"
NO_SUBSCRIPTION = "no subscription can be seen"
NO_ROWS = (
    "no rows: nothing of this kind, or no right to see it, of which Resource Graph says nothing"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """What asking one source once gave."""

    collector_id: str
    read: str
    scope: str
    seen: bool
    detail: str
    needs: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def check_connection(ports: Ports, connection: Connection) -> list[Probe]:
    """Ask every read once: tenant-wide, else in the first subscription and for the first parent.

    Nothing is stored. Raises AppError when Azure cannot be asked at all.
    """
    try:
        return asyncio.run(_check(ports, connection))
    except GatewayError as error:
        raise said(error) from error


async def _check(ports: Ports, connection: Connection) -> list[Probe]:
    gateway = open_gateway(connection, ports.settings, ports.now)
    asker = Asker(gateway, _discard)
    try:
        await gateway.principal()
        scope = Scope(connection.subscriptions[0] if connection.subscriptions else None)
        if scope == TENANT:
            scope = Scope(await _first_subscription(asker))
        return [
            await _probe(asker, collector, name, scope)
            for collector in ports.collectors
            for name in collector.reads
        ]
    finally:
        await asker.close()
        await gateway.close()


async def _discard(body: bytes) -> None:
    """A check stores no evidence."""
    del body


async def _first_subscription(asker: Asker) -> str | None:
    inventory = collector_by_id(INVENTORY)
    ask = Ask(name=SUBSCRIPTIONS, read=inventory.reads[SUBSCRIPTIONS], scope=TENANT)
    items = interpret(inventory, TENANT, await asker.exchanges(ask)).items[SUBSCRIPTIONS]
    return str(items[0]["subscriptionId"]).lower() if items else None


async def _probe(asker: Asker, collector: Collector, name: str, scope: Scope) -> Probe:
    read = collector.reads[name]
    if isinstance(read, GraphBatch):
        return await _probe_batch(asker, collector, name, read)
    of = parent_read(read)
    parent: Item | None = None
    if of is not None:
        parents = await asker.exchanges(Ask(name=of, read=collector.reads[of], scope=TENANT))
        found = parents_of(collector, scope, name, parents)
        if not found:
            return _told(collector, name, scope, None, "nothing of this kind to ask about")
        parent = found[0]
    where = TENANT if is_tenant_wide(read) else scope
    if where == TENANT and not is_tenant_wide(read):
        return _told(collector, name, where, NO_SUBSCRIPTION, "", _to_list_subscriptions())
    pages = await asker.exchanges(Ask(name=name, read=read, scope=where, parent=parent))
    answer = read_answer(read, pages[-1])
    if isinstance(answer, NotApplicable):
        return _told(collector, name, where, None, "the first of its kind has nothing of it")
    if isinstance(answer, Gap):
        return _told(collector, name, where, f"{answer.kind.value}: {answer.detail}", "")
    empty = isinstance(read, ResourceGraph) and not any(_rows(read, page) for page in pages)
    return _told(collector, name, where, None, NO_ROWS * empty)


async def _probe_batch(asker: Asker, collector: Collector, name: str, read: GraphBatch) -> Probe:
    """One batch is enough: each of its ids is asked with the same right."""
    pages: tuple[Exchange, ...] = ()
    for of in read.of:
        pages += await asker.exchanges(Ask(name=of, read=collector.reads[of], scope=TENANT))
    ids = ids_of(collector, name, pages)[:REQUESTS_PER_BATCH]
    if not ids:
        return _told(collector, name, TENANT, None, "nothing of this kind to ask about")
    answers = await asker.exchanges(Ask(name=name, read=read, scope=TENANT, ids=ids))
    gaps = [gap for gap in read_batch(name, read, ids, answers).gaps if gap.kind != GapKind.GONE]
    refusal = f"{gaps[0].kind.value}: {gaps[0].detail}" if gaps else None
    return _told(collector, name, TENANT, refusal, "")


def _rows(read: Read, page: Exchange) -> bool:
    answer = read_answer(read, page)
    return isinstance(answer, Answer) and bool(answer.elements)


def _to_list_subscriptions() -> tuple[str, ...]:
    # Without the list nothing inside a subscription can be asked, whatever else is granted.
    return collector_by_id(INVENTORY).reads[SUBSCRIPTIONS].needs


def _told(
    collector: Collector,
    name: str,
    scope: Scope,
    refusal: str | None,
    detail: str,
    needs: tuple[str, ...] = (),
) -> Probe:
    return Probe(
        collector_id=collector.id,
        read=name,
        scope=str(scope),
        seen=refusal is None,
        detail=refusal or detail,
        needs=needs or collector.reads[name].needs,
    )
