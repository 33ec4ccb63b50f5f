"""Reads that go through typed clients: what they cannot read is still handed back raw."""

import json

import pytest

from collectors.azure.gateway import Ask
from collectors.azure.live import LiveGateway
from collectors.kit import (
    GapKind,
    Item,
    ResourceList,
)
from tests.collectors.azure.asks import (
    ACTIVITY,
    IN_SUBSCRIPTION,
    LISTED,
    SUBSCRIPTION,
    WORKSPACE,
    page,
)
from tests.collectors.azure.fake_azure import FakeAzure, Kept, Told


async def test_a_log_query_goes_through_the_monitor_client_and_comes_back_raw(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    body = (
        b'{ "tables" : [{"name":"PrimaryResult",\r\n'
        b'"columns":[{"name":"Count","type":"long"}],"rows":[[7]]}]}'
    )
    azure.tell("/v1/workspaces/cccc/query", Told(body=body))

    (answer,) = await gateway.ask(ACTIVITY, kept)

    assert answer.body == body == kept.bodies[0]
    assert (answer.status, answer.fault, answer.api_version) == (200, None, "v1")
    assert answer.subject == WORKSPACE.id
    assert answer.request_body == azure.heard[0].body
    assert json.loads(azure.heard[0].body)["query"] == "AzureActivity | count"
    assert azure.heard[0].headers["accept-encoding"] == "identity"
    assert {form["scope"] for form in azure.tokens} == {"https://logs.test/.default"}


@pytest.mark.parametrize(
    "body", [b"{broken", b"[]", b'{"tables": 5}', b"", b'{"error":{"code":1}}']
)
async def test_a_log_answer_that_the_client_cannot_read_is_still_handed_back(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, body: bytes
) -> None:
    azure.tell("/v1/workspaces/cccc/query", Told(body=body))

    (answer,) = await gateway.ask(ACTIVITY, kept)

    assert (answer.status, answer.body) == (200, body)


async def test_a_refused_log_query_is_handed_back(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell("/v1/workspaces/cccc/query", page({"error": {"code": "No"}}, status=403))

    (answer,) = await gateway.ask(ACTIVITY, kept)

    assert (answer.status, json.loads(answer.body)) == (403, {"error": {"code": "No"}})


async def test_a_workspace_without_its_id_cannot_be_asked(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    nameless = Item(id="/subscriptions/s/w", data={"properties": {}})
    ask = Ask(name="activity", read=ACTIVITY.read, scope=IN_SUBSCRIPTION, parent=nameless)

    (answer,) = await gateway.ask(ask, kept)

    assert (answer.status, answer.fault, answer.body) == (None, GapKind.MALFORMED, b"")
    assert azure.heard == []
    assert kept.bodies == [b""]


async def test_the_second_route_lists_resources_through_the_management_client(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    one = {"id": "/a", "name": "a", "type": "t/t", "location": "x", "unheard": {"of": 1}}
    link = f"{azure.base}{LISTED}?api-version=2021-04-01&$skiptoken=s%201"
    azure.tell(LISTED, page({"value": [one], "nextLink": link}), page({"value": []}))

    pages = await gateway.ask(Ask(name="listed", read=ResourceList(), scope=IN_SUBSCRIPTION), kept)

    assert [json.loads(p.body)["value"] for p in pages] == [[one], []]
    assert azure.heard[0].query == {"api-version": "2021-04-01", "$top": "1000"}
    assert azure.heard[1].query["$skiptoken"] == "s 1"
    assert [p.subject for p in pages] == [SUBSCRIPTION, SUBSCRIPTION]
    assert kept.bodies == [p.body for p in pages]


@pytest.mark.parametrize("body", [b'{"value": [{"id": 1,', b""])
async def test_a_broken_resource_list_page_is_handed_back(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, body: bytes
) -> None:
    azure.tell(LISTED, Told(body=body))

    (answer,) = await gateway.ask(
        Ask(name="listed", read=ResourceList(), scope=IN_SUBSCRIPTION), kept
    )

    assert (answer.status, answer.body, kept.bodies) == (200, body, [body])
