"""Resource Graph as simulated: pages, formats, refusals."""

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.process import SimulatorProcess
from simulator.tenant.generate import TenantSpec, generate
from simulator.tenant.model import Tenant


@pytest.fixture(scope="module")
def tenant(simulator: SimulatorProcess) -> Tenant:
    assert simulator.subscriptions
    spec = TenantSpec(seed=7, subscriptions=3, resources=120, odd_resource=False)
    return generate(spec, 0, datetime(2026, 1, 15, 2, 0, tzinfo=UTC))


def test_pages_hold_every_row_once_in_order(caller: Any, tenant: Tenant) -> None:
    options: dict[str, Any] = {"$top": 17, "resultFormat": "objectArray"}
    seen: list[Any] = []
    pages = 0
    while True:
        page = caller.graph_rows("resources | order by id asc", **options).json()
        seen += page["data"]
        pages += 1
        assert page["count"] == len(page["data"])
        assert page["totalRecords"] == len(tenant.tables["resources"])
        if "$skipToken" not in page:
            assert page["resultTruncated"] == "false"
            break
        assert page["resultTruncated"] == "true"
        options["$skipToken"] = page["$skipToken"]
    assert seen == sorted(tenant.tables["resources"], key=lambda row: str(row["id"]))
    assert pages == -(-len(seen) // 17)


def test_a_page_is_100_rows_unless_asked_otherwise(caller: Any) -> None:
    assert caller.graph_rows("resources").json()["count"] == 100


def test_subscriptions_and_the_root_group_narrow_what_is_seen(caller: Any, tenant: Tenant) -> None:
    subscription = caller.process.subscriptions[1]
    url = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"
    body = {"query": "resources | count", "subscriptions": [subscription.upper()]}
    narrow = caller.send("POST", url, json=body).json()["data"]
    own = [r for r in tenant.tables["resources"] if r["subscriptionId"] == subscription]
    assert narrow == [{"Count": len(own)}]
    body = {"query": "resources | count", "managementGroups": [caller.process.tenant_id]}
    whole = caller.send("POST", url, json=body).json()["data"]
    assert whole == [{"Count": len(tenant.tables["resources"])}]


def test_the_table_format_has_columns_and_rows(caller: Any) -> None:
    answer = caller.graph_rows(
        "resources | project id, tags | order by id asc", resultFormat="table"
    ).json()
    assert [column["name"] for column in answer["data"]["columns"]] == ["id", "tags"]
    assert len(answer["data"]["rows"][0]) == 2


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("resources | join kind=inner (resources) on id", "expected"),
        ("resources | where properties.x > 3", "cannot read"),
        ("resources | extend y = tostring(properties.x)", "expected"),
        ("resources | where nonsense == 'x'", "not a column"),
        ("nothing | take 1", "not a table"),
        ("resources | where type =~ 'x", "cannot read"),
        ("resources | project id | order by name asc", "not a column"),
        ("resources | where type matches regex 'x'", "expected"),
        ("", "expected a name"),
    ],
)
def test_what_is_not_understood_is_refused_and_never_guessed(
    caller: Any, query: str, says: str
) -> None:
    answer = caller.graph_rows(query)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "BadRequest")
    assert error["details"][0]["code"] == "InvalidQuery"
    assert says in error["details"][0]["message"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"$top": 1001}, "InvalidRequest"),
        ({"$top": "many"}, "InvalidRequest"),
        ({"resultFormat": "csv"}, "InvalidRequest"),
        ({"$skipToken": "eA"}, "InvalidSkipToken"),
    ],
)
def test_wrong_options_are_refused(caller: Any, options: dict[str, Any], code: str) -> None:
    answer = caller.graph_rows("resources", **options)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["code"] == code


def test_a_token_of_another_query_is_refused(caller: Any) -> None:
    token = caller.graph_rows("resources", **{"$top": 5}).json()["$skipToken"]
    answer = caller.graph_rows("resources | take 90", **{"$skipToken": token})
    assert answer.json()["error"]["details"][0]["code"] == "InvalidSkipToken"


def test_the_sixteenth_query_in_five_seconds_is_throttled(throttled: Any) -> None:
    answers = [throttled.graph_rows("resources | count") for _ in range(16)]
    assert [each.status_code for each in answers[:15]] == [200] * 15
    assert answers[0].headers["x-ms-user-quota-remaining"] == "14"
    assert answers[15].status_code == 429
    assert answers[15].json()["error"]["code"] == "RateLimiting"
    assert 1 <= int(answers[15].headers["Retry-After"]) <= 5
    assert answers[15].headers["x-ms-user-quota-remaining"] == "0"
    assert answers[15].headers["x-ms-user-quota-resets-after"].startswith("00:00:0")
