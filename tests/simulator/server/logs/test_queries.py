"""Log Analytics as simulated."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from simulator.levers.rights import Rights
from simulator.server.kql.words import QueryError
from simulator.server.logs.language import columns, parse, rows
from simulator.server.logs.queries import answer
from simulator.server.logs.spans import TimespanError, parse_timespan, within
from simulator.tenant.model import TableSpan

NOW = datetime(2026, 1, 15, 2, tzinfo=UTC)
DAILY = TableSpan(oldest=NOW - timedelta(days=10), newest=NOW, records=11)


def workspace_of(caller: Any) -> str:
    query = (
        "resources | where type == 'microsoft.operationalinsights/workspaces' | take 1 "
        "| project customer = properties.customerId"
    )
    return str(caller.graph_rows(query).json()["data"][0]["customer"])


def test_a_query_is_answered_in_kustos_shape(caller: Any) -> None:
    query = "AzureActivity | summarize first=min(TimeGenerated), count()"
    answer = caller.send(
        "POST",
        f"/v1/workspaces/{workspace_of(caller)}/query",
        "logs",
        json={"query": query, "timespan": "P730D"},
    ).json()
    table = answer["tables"][0]
    assert table["name"] == "PrimaryResult"
    assert table["columns"] == [
        {"name": "first", "type": "datetime"},
        {"name": "count_", "type": "long"},
    ]
    assert len(table["rows"]) == 1


def test_a_workspace_is_found_by_its_resource_id_too(caller: Any) -> None:
    query = "resources | where type == 'microsoft.operationalinsights/workspaces' | take 1"
    workspace = caller.graph_rows(query).json()["data"][0]
    body = {"query": "AzureActivity | count"}
    by_id = caller.send("POST", f"/v1{workspace['id']}/query", "logs", json=body)
    customer = workspace["properties"]["customerId"]
    by_name = caller.send("POST", f"/v1/workspaces/{customer}/query", "logs", json=body)
    assert by_id.content == by_name.content
    assert by_id.status_code == 200


def test_an_unknown_workspace_is_not_found(caller: Any) -> None:
    answer = caller.send("POST", "/v1/workspaces/none/query", "logs", json={"query": "T | count"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, "WorkspaceNotFoundError")


@pytest.mark.parametrize(
    "body",
    [
        {"query": "AzureActivity | take 10"},
        {"query": "AzureActivity | count", "timespan": "soon"},
        {},
    ],
)
def test_what_is_not_understood_is_a_bad_argument(caller: Any, body: dict[str, str]) -> None:
    url = f"/v1/workspaces/{workspace_of(caller)}/query"
    answer = caller.send("POST", url, "logs", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "BadArgumentError")
    assert error["innererror"]["innererror"]["message"]


def test_a_union_answers_a_row_for_each_table_with_records() -> None:
    query = parse(
        "union withsource=TableName A, B | summarize oldest=min(TimeGenerated), "
        "newest=max(TimeGenerated), records=count() by TableName"
    )
    assert [name for name, _ in query.tables] == ["A", "B"]
    assert [each["name"] for each in columns(query)] == [
        "TableName",
        "oldest",
        "newest",
        "records",
    ]
    assert rows(query, [("A", DAILY)]) == [
        ["A", "2026-01-05T02:00:00.0000000Z", "2026-01-15T02:00:00.0000000Z", 11]
    ]


def test_without_a_group_there_is_always_one_row() -> None:
    assert rows(parse("A | summarize max(TimeGenerated), n=count()"), []) == [[None, 0]]
    assert rows(parse("union A, B | count"), [("A", DAILY), ("B", DAILY)]) == [[22]]


@pytest.mark.parametrize(
    "query",
    [
        "A",
        "A | where x == 1 | count",
        "A | summarize avg(TimeGenerated)",
        "A | summarize min(Other)",
        "A | summarize count() by Level",
        "A | count | count",
        "union withsource=N A | summarize count() by M",
    ],
)
def test_other_queries_are_errors(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)


@pytest.mark.parametrize(
    ("timespan", "oldest", "newest", "records"),
    [
        (None, 10, 0, 11),
        ("P730D", 10, 0, 11),
        ("P3D", 3, 0, 4),
        ("P3DT1H", 3, 0, 4),
        ("PT71H", 2, 0, 3),
        ("2026-01-06T02:00:00Z/2026-01-08T02:00:00Z", 9, 7, 3),
        ("2026-01-06T02:00:00Z/P2D", 9, 7, 3),
        ("P2D/2026-01-08T02:00:00+00:00", 9, 7, 3),
    ],
)
def test_a_timespan_covers_the_records_inside_it(
    timespan: str | None, oldest: int, newest: int, records: int
) -> None:
    seen = within(DAILY, *parse_timespan(timespan, NOW))
    assert seen == TableSpan(
        oldest=NOW - timedelta(days=oldest), newest=NOW - timedelta(days=newest), records=records
    )


def test_nothing_inside_is_nothing() -> None:
    old = parse_timespan("2020-01-01T00:00:00Z/P1D", NOW)
    assert within(DAILY, *old) is None
    assert within(TableSpan(oldest=NOW, newest=NOW, records=0), None, None) is None
    single = TableSpan(oldest=NOW, newest=NOW, records=1)
    assert within(single, *parse_timespan("PT1H", NOW)) == single
    assert within(single, *old) is None


@pytest.mark.parametrize("text", ["P", "yesterday", "2026-01-01/2026-01-02", "P1D/x"])
def test_a_timespan_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(TimespanError):
        parse_timespan(text, NOW)


def asked(query: str, **tables: TableSpan) -> Any:
    """What a workspace with these tables answers."""
    workspace = {"id": "/w", "properties": {"customerId": "w"}}
    whole = SimpleNamespace(logs={"w": tables}, tables={"resources": [workspace]})
    simulation = SimpleNamespace(whole=whole, rights=Rights())
    body = json.dumps({"query": query}).encode()
    question = SimpleNamespace(
        lower_path="/v1/workspaces/w/query", method="POST", body=body, now=NOW, request_id="r"
    )
    answered = answer(simulation, question)  # type: ignore[arg-type]  # as much of them as it reads
    return json.loads(answered.body)


UNION = "union {}withsource=T A, B | summarize n=count() by T"


def codes(error: dict[str, Any]) -> list[str]:
    inner = error.get("innererror")
    return [error["code"], *(codes(inner) if inner else [])]


def test_a_table_that_is_not_there_fails_a_union_unless_it_is_fuzzy() -> None:
    strict, fuzzy = UNION.format(""), UNION.format("isfuzzy=true ")

    assert codes(asked(strict, A=DAILY)["error"])[-1] == "SEM0100"
    assert asked(fuzzy, A=DAILY)["tables"][0]["rows"] == [["A", 11]]
    assert codes(asked(fuzzy)["error"])[-1] == "SEM0100"


@pytest.mark.parametrize("plan", ["Basic", "Auxiliary"])
def test_a_table_of_another_plan_refuses_the_query(plan: str) -> None:
    other = replace(DAILY, plan=plan)

    refused = asked(UNION.format("isfuzzy=true "), A=DAILY, B=other)

    assert codes(refused["error"]) == ["BadArgumentError", "UnsupportedApiQueryValidationError"]


def test_archived_records_are_out_of_sight() -> None:
    short = replace(DAILY, visible=timedelta(days=3))

    assert asked("A | count", A=short)["tables"][0]["rows"] == [[4]]
    assert asked("A | summarize min(TimeGenerated)", A=short)["tables"][0]["rows"] == [
        ["2026-01-12T02:00:00.0000000Z"]
    ]


def test_a_table_that_is_there_and_empty_is_no_error() -> None:
    empty = replace(DAILY, records=0)

    assert asked(UNION.format(""), A=DAILY, B=empty)["tables"][0]["rows"] == [["A", 11]]
