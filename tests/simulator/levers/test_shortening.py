"""Lists cut in silence: the same rows each time, on one route only."""

from typing import Any

import pytest

from simulator.levers.document import LeverError
from simulator.levers.shortening import NEVER_EMPTY, parse_shortening

ROWS = [{"id": f"/subscriptions/s/x/{n}", "type": "a/b" if n % 2 else "c/d"} for n in range(200)]


def left(document: Any, route: Any = "resource_graph", path: str = "resources") -> list[Any]:
    (cut,) = parse_shortening(document)
    return list(cut.cut(route, path, ROWS))


def test_a_share_of_the_rows_of_a_type_is_missing_each_time_the_same() -> None:
    document = {"route": "resource_graph", "type": "A/b", "share": 0.3}
    rest = left(document)

    assert 50 < sum(row["type"] == "a/b" for row in rest) < 90
    assert sum(row["type"] == "c/d" for row in rest) == 100
    assert rest == left(document)


def test_another_route_and_another_path_are_whole() -> None:
    assert left({"route": "arm", "path": "/resources$"}) == ROWS
    assert left({"route": "arm", "path": "/resources$"}, "arm", "/subscriptions/s/tables") == ROWS
    assert left({"route": "arm", "path": "/resources$"}, "arm", "/subscriptions/s/resources") == []


def test_rows_are_chosen_by_their_id() -> None:
    rest = left({"route": "resource_graph", "match": "/x/1[0-9]$"})

    assert len(rest) == 190


def test_each_list_that_is_never_empty_has_a_name() -> None:
    assert {name: len(parse_shortening({"empty": name})) for name in NEVER_EMPTY} == {
        "role_management_policies": 2,
        "workspace_tables": 1,
        "subscriptions": 1,
        "built_in_roles": 2,
        "directory_roles": 1,
    }


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"empty": "lists"},
        {"empty": "subscriptions", "route": "arm"},
        {"route": "blob"},
        {"route": "arm", "share": 0},
        {"route": "arm", "share": 2},
        {"route": "arm", "share": True},
        {"route": "arm", "path": "("},
    ],
)
def test_a_shortening_that_is_none_is_refused(document: Any) -> None:
    with pytest.raises(LeverError):
        parse_shortening(document)
