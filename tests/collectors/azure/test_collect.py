"""Each list is asked once a run, whoever needs it."""

import asyncio
from dataclasses import replace

import pytest

from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.azure.live import LiveGateway
from collectors.kit import TENANT, Arm, Item, ResourceGraph, Scope
from collectors.kit.errors import GatewayError
from tests.collectors.azure.fake_azure import FakeAzure, Kept, Open, Told

QUERY = "/providers/Microsoft.ResourceGraph/resources"
ACCOUNTS = Ask(name="accounts", read=ResourceGraph(table="resources", types=("a",)), scope=TENANT)
PER_PARENT = Arm(path="{id}/child", api_version="1", per="resource", of="accounts")


async def test_equal_reads_share_one_exchange_under_their_own_names(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(QUERY, Told(body=b'{"data":[]}', delay=0.01))
    asker = Asker(gateway, kept)
    equal = Ask(name="stores", read=ResourceGraph(table="resources", types=("a",)), scope=TENANT)

    (one,), (two,) = await asyncio.gather(asker.exchanges(ACCOUNTS), asker.exchanges(equal))
    (three,) = await asker.exchanges(ACCOUNTS)

    assert len(azure.asked(QUERY)) == len(kept.bodies) == 1
    assert (one.read, two.read, three.read) == ("accounts", "stores", "accounts")
    assert replace(two, read="accounts") == one == three


async def test_another_parent_scope_or_read_is_asked_anew(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    asker = Asker(gateway, kept)
    scope = Scope("s")
    for name in ("/x", "/y", "/x"):
        ask = Ask(name="c", read=PER_PARENT, scope=scope, parent=Item(id=name, data={}))
        await asker.exchanges(ask)

    assert [heard.path for heard in azure.heard] == ["/x/child", "/y/child"]


async def test_one_address_reached_from_two_parents_is_asked_once(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    asker = Asker(gateway, kept)
    scope, path = Scope("s"), "/servers/x/databases/master"
    of_server = replace(PER_PARENT, path="{id}/databases/MASTER/child", of="servers", types=("t",))
    database, server = Item(id=path, data={}), Item(id="/servers/x", data={})

    (one,) = await asker.exchanges(Ask(name="a", read=PER_PARENT, scope=scope, parent=database))
    (two,) = await asker.exchanges(Ask(name="b", read=of_server, scope=scope, parent=server))

    assert len(azure.heard) == len(kept.bodies) == 1
    assert (one.read, one.subject) == ("a", path)
    assert (two.read, two.subject) == ("b", "/servers/x")


async def test_what_is_forgotten_is_asked_again(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(QUERY, Told(body=b'{"data":[]}'))
    asker = Asker(gateway, kept)

    await asker.exchanges(ACCOUNTS)
    asker.forget(Scope("other"))
    await asker.exchanges(ACCOUNTS)
    assert len(azure.heard) == 1

    asker.forget(TENANT)
    await asker.exchanges(ACCOUNTS)
    assert len(azure.heard) == 2


async def test_no_more_lists_are_asked_at_once_than_allowed(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    asker = Asker(gateway, kept, concurrency=2)
    for number in range(8):
        azure.tell(f"/{number}/child", Told(delay=0.01))
    asks = [
        Ask(name="c", read=PER_PARENT, scope=TENANT, parent=Item(id=f"/{number}", data={}))
        for number in range(8)
    ]

    await asyncio.gather(*(asker.exchanges(ask) for ask in asks))

    assert azure.most_at_once == 2


async def test_one_who_gives_up_does_not_stop_the_others(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    held = asyncio.Event()
    azure.tell(QUERY, Told(body=b'{"data":[]}', held=held))
    asker = Asker(gateway, kept)
    first = asyncio.create_task(asker.exchanges(ACCOUNTS))
    second = asyncio.create_task(asker.exchanges(ACCOUNTS))
    await azure.arrived.wait()

    first.cancel()
    held.set()

    assert [page.status for page in await second] == [200]


async def test_a_credential_refused_reaches_everyone_who_asked(
    open_gateway: Open, kept: Kept
) -> None:
    asker = Asker(open_gateway(secret="wrong"), kept)

    for _ in range(2):
        with pytest.raises(GatewayError, match="client secret is wrong"):
            await asker.exchanges(ACCOUNTS)


async def test_closing_stops_what_is_under_way(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    held = asyncio.Event()
    azure.tell(QUERY, Told(held=held))
    asker = Asker(gateway, kept)
    waiting = asyncio.create_task(asker.exchanges(ACCOUNTS))
    await azure.arrived.wait()

    await asker.close()
    held.set()

    with pytest.raises(asyncio.CancelledError):
        await waiting
