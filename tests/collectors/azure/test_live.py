"""The live gateway against a real TLS server: every kind of read, page by page."""

import gzip
import json
import tracemalloc

import pytest

from collectors.azure.gateway import Ask
from collectors.azure.live import LiveGateway
from collectors.kit import (
    TENANT,
    Arm,
    GapKind,
    Graph,
    Item,
    ResourceList,
)
from collectors.kit.errors import CatalogError
from tests.collectors.azure.asks import (
    ACCOUNTS,
    IN_SUBSCRIPTION,
    LISTED,
    QUERY,
    SUBSCRIPTION,
    SUBSCRIPTIONS,
    page,
)
from tests.collectors.azure.fake_azure import TENANT as TENANT_ID
from tests.collectors.azure.fake_azure import FakeAzure, Kept, Open, Told


async def test_a_resource_graph_list_is_followed_by_skip_token(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(QUERY, page({"data": [1], "$skipToken": "t1"}), page({"data": [2]}))

    pages = await gateway.ask(ACCOUNTS, kept)

    assert [json.loads(p.body)["data"] for p in pages] == [[1], [2]]
    first, second = (json.loads(heard.body) for heard in azure.asked(QUERY))
    assert first == {
        "query": "resources | where type in~ ('microsoft.storage/storageaccounts')"
        " | project id, name | order by id asc",
        "managementGroups": [TENANT_ID],
        "options": {"resultFormat": "objectArray", "$top": 1000},
    }
    assert second["options"]["$skipToken"] == "t1"
    assert pages[0].request_body == azure.asked(QUERY)[0].body
    assert azure.asked(QUERY)[0].query == {"api-version": "2021-03-01"}
    assert (pages[0].method, pages[0].api_version) == ("POST", "2021-03-01")


async def test_a_scoped_connection_asks_its_subscriptions_only(
    azure: FakeAzure, open_gateway: Open, kept: Kept
) -> None:
    azure.tell(QUERY, page({"data": []}))

    await open_gateway(subscriptions=(SUBSCRIPTION,)).ask(ACCOUNTS, kept)

    sent = json.loads(azure.asked(QUERY)[0].body)
    assert sent["subscriptions"] == [SUBSCRIPTION]
    assert "managementGroups" not in sent


async def test_a_refused_management_group_is_an_answer_and_is_not_narrowed(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(QUERY, page({"error": {"code": "AccessDenied"}}, status=403))

    (answer,) = await gateway.ask(ACCOUNTS, kept)

    assert (answer.status, answer.fault) == (403, None)
    assert len(azure.asked(QUERY)) == 1


async def test_a_page_too_large_is_asked_again_with_half_the_rows(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    refusal = {"error": {"code": "BadRequest", "details": [{"code": "ResponsePayloadTooLarge"}]}}
    azure.tell(QUERY, page(refusal, status=400), page(refusal, status=400), page({"data": [1]}))

    (answer,) = await gateway.ask(ACCOUNTS, kept)

    tops = [json.loads(heard.body)["options"]["$top"] for heard in azure.asked(QUERY)]
    assert tops == [1000, 500, 250]
    assert [attempt.status for attempt in answer.attempts] == [400, 400]
    assert answer.status == 200


async def test_an_arm_list_is_followed_by_next_link_with_its_own_token(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell("/subscriptions", page({"value": [1], "nextLink": f"{azure.base}/more?x=%2Fy"}))
    azure.tell("/more", page({"value": [2]}))

    pages = await gateway.ask(SUBSCRIPTIONS, kept)

    assert [json.loads(p.body)["value"] for p in pages] == [[1], [2]]
    assert azure.asked("/subscriptions")[0].query == {"api-version": "2022-12-01"}
    assert azure.asked("/more")[0].query == {"x": "/y"}
    assert all(heard.headers["authorization"].startswith("Bearer ") for heard in azure.heard)
    assert [p.subject for p in pages] == [None, None]


async def test_paths_are_filled_with_the_subscription_and_the_parent(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    parent = Item(id="/subscriptions/s/resourceGroups/a b/providers/p/t/n", data={})
    azure.tell(f"/subscriptions/{SUBSCRIPTION}/things", page({"value": []}))
    azure.tell(f"{parent.id}/child/default", page({"id": "x"}))
    per_subscription = Arm(
        path="/subscriptions/{subscription}/things",
        api_version="1",
        per="subscription",
        query=(("$filter", "a eq 'b c'"),),
    )
    per_resource = Arm(path="{id}/child/default", api_version="2", per="resource", of="things")

    (of_subscription,) = await gateway.ask(
        Ask(name="things", read=per_subscription, scope=IN_SUBSCRIPTION), kept
    )
    (of_parent,) = await gateway.ask(
        Ask(name="child", read=per_resource, scope=IN_SUBSCRIPTION, parent=parent), kept
    )

    assert (of_subscription.status, of_subscription.subject) == (200, SUBSCRIPTION)
    assert azure.heard[0].query == {"api-version": "1", "$filter": "a eq 'b c'"}
    assert (of_parent.status, of_parent.subject) == (200, parent.id)


async def test_a_path_that_names_what_the_ask_lacks_is_a_fault_of_the_catalogue(
    gateway: LiveGateway, kept: Kept
) -> None:
    read = Arm(path="{id}/x", api_version="1", per="resource", of="y")
    with pytest.raises(CatalogError, match="needs a parent"):
        await gateway.ask(Ask(name="x", read=read, scope=IN_SUBSCRIPTION), kept)


async def test_a_graph_collection_is_followed_by_odata_next_link(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(
        "/v1.0/applications",
        page({"value": [1], "@odata.nextLink": f"{azure.base}/v1.0/next?$skiptoken=a"}),
    )
    azure.tell("/v1.0/next", page({"value": [2]}))
    read = Graph(
        path="/applications",
        select=("id", "appId"),
        filter="scopeId eq '/' and x eq 'y'",
        expand="policy($expand=rules)",
        top=999,
    )

    pages = await gateway.ask(Ask(name="applications", read=read, scope=TENANT), kept)

    assert [json.loads(p.body)["value"] for p in pages] == [[1], [2]]
    assert azure.heard[0].query == {
        "$select": "id,appId",
        "$filter": "scopeId eq '/' and x eq 'y'",
        "$expand": "policy($expand=rules)",
        "$top": "999",
    }
    assert {form["scope"] for form in azure.tokens} == {"https://graph.test/.default"}
    assert pages[0].api_version == "v1.0"


async def test_bodies_are_kept_byte_for_byte_and_before_anything_is_parsed(
    azure: FakeAzure, gateway: LiveGateway
) -> None:
    odd = '\ufeff {"value" :\r\n [ "\\u00e9 é 日本" ] ,"nextLink":"BASE/two"}\n\n'
    raw = odd.replace("BASE", azure.base).encode()
    azure.tell("/subscriptions", Told(body=raw.removeprefix("\ufeff".encode())))
    azure.tell("/two", Told(body=b"{not json"))
    order: list[str] = []

    def taking(body: bytes) -> None:
        order.append(f"{len(azure.heard)} asked when kept {len(body)} bytes")

    first, second = await gateway.ask(SUBSCRIPTIONS, Kept(taking))

    assert first.body == raw.removeprefix("\ufeff".encode())
    assert second.body == b"{not json"
    # The next link can only be known by parsing: page two is asked after page one was kept.
    assert order == [f"1 asked when kept {len(first.body)} bytes", "2 asked when kept 9 bytes"]


async def test_a_body_compressed_against_our_wish_is_kept_as_it_came(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    packed = gzip.compress(b'{"value":[]}')
    azure.tell("/subscriptions", Told(body=packed, headers={"Content-Encoding": "gzip"}))

    (answer,) = await gateway.ask(SUBSCRIPTIONS, kept)

    assert answer.body == packed
    assert answer.headers["content-encoding"] == "gzip"


async def test_a_body_that_is_not_what_its_encoding_says_is_kept_as_it_came(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell("/subscriptions", Told(body=b"not gzip", headers={"Content-Encoding": "gzip"}))

    (answer,) = await gateway.ask(SUBSCRIPTIONS, kept)

    assert (answer.status, answer.body, kept.bodies) == (200, b"not gzip", [b"not gzip"])


async def test_nothing_of_what_a_server_compressed_is_unpacked(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    packed = gzip.compress(bytes(40 << 20))
    azure.tell("/subscriptions", Told(body=packed, headers={"Content-Encoding": "gzip"}))

    tracemalloc.start()
    (answer,) = await gateway.ask(SUBSCRIPTIONS, kept)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.body == packed
    assert peak < 10 << 20


async def test_provenance_headers_are_kept_and_no_others(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(
        "/subscriptions",
        Told(
            headers={
                "x-ms-request-id": "r",
                "x-ms-correlation-request-id": "c",
                "x-ms-ratelimit-remaining-tenant-reads": "249",
                "Set-Cookie": "session=1",
            }
        ),
    )

    (answer,) = await gateway.ask(SUBSCRIPTIONS, kept)

    assert answer.headers["x-ms-request-id"] == "r"
    assert answer.headers["x-ms-ratelimit-remaining-tenant-reads"] == "249"
    assert "date" in answer.headers
    assert "set-cookie" not in answer.headers
    assert "authorization" not in answer.headers
    assert (
        answer.headers["x-ms-client-request-id"] == azure.heard[0].headers["x-ms-client-request-id"]
    )
    assert azure.heard[0].headers["user-agent"].startswith("annexa/")


async def test_a_next_link_to_another_host_is_not_followed_and_no_token_is_sent(
    azure: FakeAzure, elsewhere: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    for path, key, ask in (
        ("/subscriptions", "nextLink", SUBSCRIPTIONS),
        (LISTED, "nextLink", Ask(name="l", read=ResourceList(), scope=IN_SUBSCRIPTION)),
        ("/v1.0/g", "@odata.nextLink", Ask(name="g", read=Graph(path="/g"), scope=TENANT)),
    ):
        azure.tell(path, page({"value": [], key: f"{elsewhere.base}/steal?sig=secret"}))

        first, last = await gateway.ask(ask, kept)

        assert first.status == 200
        assert (last.status, last.fault, last.body) == (None, GapKind.TRUNCATED, b"")
        assert last.url == f"{elsewhere.base}/steal"
    assert elsewhere.heard == []


async def test_a_list_that_leads_back_to_itself_ends_as_truncated(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell("/subscriptions", page({"value": [], "nextLink": f"{azure.base}/again"}))
    azure.tell("/again", page({"value": [], "nextLink": f"{azure.base}/again"}))

    pages = await gateway.ask(SUBSCRIPTIONS, kept)

    assert [p.fault for p in pages] == [None, None, GapKind.TRUNCATED]
    assert len(azure.heard) == 2


async def test_one_token_serves_all_requests_of_an_audience(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell("/subscriptions", Told())
    azure.tell(QUERY, page({"data": []}))
    azure.tell(LISTED, Told())

    for ask in (SUBSCRIPTIONS, ACCOUNTS, Ask(name="l", read=ResourceList(), scope=IN_SUBSCRIPTION)):
        await gateway.ask(ask, kept)
    principal = await gateway.principal()

    scopes = [form["scope"] for form in azure.tokens]
    assert scopes == ["https://arm.test/.default", "https://graph.test/.default"]
    assert (principal.object_id, principal.kind) == ("oid-1", "application")
    assert principal.tenant_id == TENANT_ID
    assert principal.token_id_sha256 is not None


class FullDiskError(ValueError):
    """A store that cannot keep."""


@pytest.mark.parametrize("page_number", [1, 2])
async def test_a_body_that_cannot_be_kept_stops_the_ask(
    azure: FakeAzure, gateway: LiveGateway, page_number: int
) -> None:
    azure.tell("/subscriptions", page({"value": [], "nextLink": f"{azure.base}/two"}))
    azure.tell("/two", page({"value": []}))
    azure.tell(LISTED, page({"value": [], "nextLink": f"{azure.base}/two"}))
    listed = Ask(name="listed", read=ResourceList(), scope=IN_SUBSCRIPTION)
    for ask in (SUBSCRIPTIONS, listed):
        count = 0

        def taking(_: bytes) -> None:
            nonlocal count
            count += 1
            if count == page_number:
                raise FullDiskError

        with pytest.raises(FullDiskError):
            await gateway.ask(ask, Kept(taking))
