"""The small Kusto engine: right answers, or none."""

from typing import Any

import pytest

from simulator.server.kql.engine import run
from simulator.server.kql.words import QueryError

ROWS: list[dict[str, Any]] = [
    {
        "id": "/b",
        "name": "Beta",
        "type": "microsoft.compute/disks",
        "location": "westeurope",
        "properties": {"size": 3, "state": "Attached", "net": {"open": True}},
        "tags": {"data-class": "PHI"},
    },
    {
        "id": "/a",
        "name": "alpha",
        "type": "microsoft.compute/disks",
        "location": "northeurope",
        "properties": {"size": 10, "state": None},
        "tags": None,
    },
    {"id": "/c", "name": "Gamma", "type": "microsoft.web/sites", "location": "westeurope"},
]


def ids(query: str) -> list[str]:
    return [row["id"] for row in run(query, {"resources": ROWS}).rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("resources", ["/b", "/a", "/c"]),
        ("Resources | where type =~ 'Microsoft.Compute/Disks'", ["/b", "/a"]),
        ("resources | where type == 'Microsoft.Compute/Disks'", []),
        ("resources | where type !~ 'Microsoft.Compute/Disks'", ["/c"]),
        ("resources | where type in~ ('MICROSOFT.WEB/sites', \"x\")", ["/c"]),
        ("resources | where type in ('MICROSOFT.WEB/sites')", []),
        ("resources | where type !in~ ('MICROSOFT.WEB/sites')", ["/b", "/a"]),
        ("resources | where properties.size == 10", ["/a"]),
        ("resources | where properties.net.open == true", ["/b"]),
        ("resources | where properties['state'] == 'Attached'", ["/b"]),
        ("resources | where tags['data-class'] =~ 'phi'", ["/b"]),
        ("resources | where name contains 'ET' or name startswith 'gam'", ["/b", "/c"]),
        ("resources | where (name endswith 'a' and location == 'westeurope')", ["/b", "/c"]),
        ("resources | where isempty(properties.state)", ["/a", "/c"]),
        ("resources | where isnotempty(properties.state) // why", ["/b"]),
        ("resources | order by id asc", ["/a", "/b", "/c"]),
        ("resources | sort by id", ["/c", "/b", "/a"]),
        ("resources | order by location asc, id desc", ["/a", "/c", "/b"]),
        ("resources | order by properties.size asc, id asc", ["/c", "/b", "/a"]),
        ("resources | order by id asc | take 2", ["/a", "/b"]),
        ("resources | limit 0", []),
        ("securityresources", []),
    ],
)
def test_a_plain_query_is_answered_exactly(query: str, expected: list[str]) -> None:
    assert ids(query) == expected


def test_project_names_nested_properties_and_keeps_what_is_absent_absent() -> None:
    query = "resources | where type endswith 'sites' | project id, kind, up = properties.state"
    assert run(query, {"resources": ROWS}).rows == [{"id": "/c", "up": None}]
    query = "resources | take 1 | project properties.size, Name"
    assert run(query, {"resources": ROWS}).rows == [{"properties_size": 3, "name": "Beta"}]


def test_counts_by_columns() -> None:
    query = "resources | summarize count() by type, location | order by type asc, location asc"
    assert run(query, {"resources": ROWS}).rows == [
        {"type": "microsoft.compute/disks", "location": "northeurope", "count_": 1},
        {"type": "microsoft.compute/disks", "location": "westeurope", "count_": 1},
        {"type": "microsoft.web/sites", "location": "westeurope", "count_": 1},
    ]
    named = run("resources | summarize n = count() by subscriptionId", {"resources": ROWS})
    assert named.rows == [{"subscriptionId": None, "n": 3}]
    assert run("resources | summarize count()", {"resources": ROWS}).rows == [{"count_": 3}]
    assert run("resources | count", {"resources": ROWS}).rows == [{"Count": 3}]
    assert run("resources | distinct location", {"resources": ROWS}).rows == [
        {"location": "westeurope"},
        {"location": "northeurope"},
    ]


@pytest.mark.parametrize(
    "query",
    [
        "resources |",
        "resources where type == 'x'",
        "resources | where",
        "resources | where type",
        "resources | where type == ",
        "resources | where type == 'x' and",
        "resources | where (type == 'x'",
        "resources | where type in ()",
        "resources | where tolower(type) == 'x'",
        "resources | project a.b = id",
        "resources | take many",
        "resources | summarize sum(x) by type",
        "resources | summarize count() by nonsense",
        "resources | order id asc",
        "resources | mv-expand tags",
        "resources | union securityresources",
        "resources; drop",
    ],
)
def test_anything_else_is_an_error_that_says_where(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        run(query, {"resources": ROWS})
    assert 0 <= caught.value.position <= len(query)


def test_rows_are_not_changed_by_being_asked_for() -> None:
    before = repr(ROWS)
    ids("resources | where type =~ 'x' or id == '/a' | order by name asc | project id")
    assert repr(ROWS) == before
