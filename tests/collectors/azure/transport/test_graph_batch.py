"""Many ids at once, against a real TLS server: chunks, further pages, bounded patience."""

import json
from typing import Any

from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.azure.live import LiveGateway
from collectors.kit import TENANT, GapKind, GraphBatch
from collectors.kit.answers.batches import read_batch
from tests.collectors.azure.asks import page
from tests.collectors.azure.fake_azure import FakeAzure, Kept, Time, Told

OBJECTS_PATH, BATCH_PATH = "/v1.0/directoryObjects/getByIds", "/v1.0/$batch"
OBJECTS = GraphBatch(of=(), ids=tuple)
MEMBERS = GraphBatch(of=(), ids=tuple, path="/groups/{id}/transitiveMembers?$select=id&$top=999")


def ask(read: GraphBatch, *ids: str) -> Ask:
    return Ask(name="read", read=read, scope=TENANT, ids=ids)


def responses(**answers: Any) -> Told:
    made = [{"id": own, "status": 200, "body": {"value": []}} | one for own, one in answers.items()]
    return page({"responses": made})


async def test_a_thousand_ids_go_into_one_request(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    ids = [f"id-{number:04}" for number in range(1001)]
    azure.tell(
        OBJECTS_PATH,
        page({"value": [{"id": one} for one in ids[:1000]]}),
        page({"value": [{"id": ids[1000]}]}),
    )

    pages = await gateway.ask(ask(OBJECTS, *ids), kept)

    assert [len(json.loads(heard.body)["ids"]) for heard in azure.asked(OBJECTS_PATH)] == [1000, 1]
    made = read_batch("read", OBJECTS, ids, pages)
    assert (len(made.items), made.gaps) == (1001, [])
    assert kept.bodies == [one.body for one in pages]


async def test_an_object_that_is_left_out_is_asked_for_by_itself(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(OBJECTS_PATH, page({"value": [{"id": "A"}]}))
    azure.tell(
        BATCH_PATH,
        responses(b={"status": 404, "body": {"error": {"code": "Request_ResourceNotFound"}}}),
    )

    pages = await gateway.ask(ask(OBJECTS, "a", "b"), kept)

    (heard,) = azure.asked(BATCH_PATH)
    assert json.loads(heard.body)["requests"] == [
        {"id": "b", "method": "GET", "url": "/directoryObjects/b"}
    ]
    made = read_batch("read", OBJECTS, ("a", "b"), pages)
    assert ([item.id for item in made.items], made.gaps) == (["a"], [])


async def test_twenty_lists_go_into_one_batch_and_each_is_followed_to_its_end(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    ids = [f"g{number:02}" for number in range(21)]
    link = f"{azure.base}/v1.0/groups/g00/transitiveMembers?$skiptoken=2"
    first = {one: {} for one in ids[:20]} | {
        "g00": {"body": {"value": [1], "@odata.nextLink": link}}
    }
    azure.tell(BATCH_PATH, responses(**first), responses(g20={}))
    azure.tell("/v1.0/groups/g00/transitiveMembers", page({"value": [2]}))

    pages = await gateway.ask(ask(MEMBERS, *ids), kept)

    assert [len(json.loads(heard.body)["requests"]) for heard in azure.asked(BATCH_PATH)] == [20, 1]
    assert [one.subject for one in pages] == [None, "g00", None]
    made = read_batch("read", MEMBERS, ids, pages)
    assert made.gaps == []
    assert made.items[0]["value"] == [1, 2]


async def test_what_is_throttled_inside_a_batch_is_asked_again_as_long_as_patience_lasts(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, passing: Time
) -> None:
    throttled = {"status": 429, "headers": {"Retry-After": "7"}, "body": {"error": {}}}
    azure.tell(BATCH_PATH, responses(a=throttled, b={}), responses(a={}))

    pages = await gateway.ask(ask(MEMBERS, "a", "b"), kept)

    assert passing.seconds == 7
    assert read_batch("read", MEMBERS, ("a", "b"), pages).gaps == []
    azure.tell(BATCH_PATH, responses(a=throttled))
    spent = await gateway.ask(ask(MEMBERS, "a"), kept)
    (gap,) = read_batch("read", MEMBERS, ("a",), spent).gaps
    assert (gap.subject, gap.kind) == ("a", GapKind.THROTTLED)
    assert len(spent) > 1


async def test_a_further_page_on_another_host_is_not_followed(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    away = {"body": {"value": [1], "@odata.nextLink": "https://graph.example/v1.0/x"}}
    azure.tell(BATCH_PATH, responses(a=away, b={}))

    pages = await gateway.ask(ask(MEMBERS, "a", "b"), kept)

    made = read_batch("read", MEMBERS, ("a", "b"), pages)
    assert [(gap.subject, gap.kind) for gap in made.gaps] == [("a", GapKind.TRUNCATED)]
    assert [item.id for item in made.items] == ["b"]


async def test_a_refused_batch_is_an_answer(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(OBJECTS_PATH, Told(status=403, body=b'{"error":{"code":"Forbidden"}}'))

    pages = await gateway.ask(ask(OBJECTS, "a"), kept)

    (gap,) = read_batch("read", OBJECTS, ("a",), pages).gaps
    assert (gap.subject, gap.kind) == (None, GapKind.DENIED)


async def test_no_id_is_no_request(azure: FakeAzure, gateway: LiveGateway, kept: Kept) -> None:
    assert await gateway.ask(ask(OBJECTS), kept) == ()
    assert azure.heard == []


async def test_the_same_ids_are_asked_once_whoever_names_them(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(OBJECTS_PATH, page({"value": [{"id": "a"}]}))
    asker = Asker(gateway, kept)
    other = GraphBatch(of=("x",), ids=list, needs=("User.Read.All",))

    await asker.exchanges(ask(OBJECTS, "a"))
    (shared,) = await asker.exchanges(Ask(name="other", read=other, scope=TENANT, ids=("a",)))

    assert shared.read == "other"
    assert len(azure.asked(OBJECTS_PATH)) == 1
    await asker.close()
