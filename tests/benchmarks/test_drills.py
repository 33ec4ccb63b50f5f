"""What the drills hold a build to; the nights themselves are too long for a test."""

from typing import Any

import pytest

from benchmarks.drills import LOST, compared, group_of, spread
from benchmarks.purposes import purposes

GROUP = "/subscriptions/s/resourceGroups"


def night(requests: int, pages: int = 0, **by_purpose: int) -> dict[str, Any]:
    told = {"requests": requests, "policy_state_pages": pages, "least": 90, "gaps": 0}
    return {**told, "purposes": by_purpose}


def rows(**groups: int) -> list[dict[str, Any]]:
    return [
        {"id": f"{GROUP}/{name}/providers/Microsoft.Compute/disks/{number}"}
        for name, amount in groups.items()
        for number in range(amount)
    ]


def test_a_loss_is_not_charged_what_a_quiet_night_costs_already() -> None:
    other = {name: night(100) for name in ("quiet", "withdrawn", "withdrawn_singly", "deleted")}
    this = {
        "quiet": night(107, 2, lists=5),
        "withdrawn": night(112, 2),
        "withdrawn_singly": night(113, 2),
        "deleted": night(107 + LOST + 2, 2),
    }
    told = compared(this, other, 3)
    assert {name: one["kept"] for name, one in told.items()} == {
        "quiet": True,
        "withdrawn": True,
        "withdrawn_singly": False,
        "deleted": False,
    }
    assert told["quiet"]["more"] == told["quiet"]["limit"] == 5
    assert told["quiet"]["more_by_purpose"] == {"lists": 5}
    assert told["withdrawn"]["more_than_quiet"] == 5


def test_the_smallest_group_that_holds_enough_is_taken() -> None:
    assert group_of(rows(a=3, b=7, c=5), 5)[0] == f"{GROUP}/c"
    with pytest.raises(SystemExit, match="--resources"):
        group_of(rows(a=3), 5)


def test_what_is_deleted_lies_in_all_groups_and_holds_nothing() -> None:
    server = f"{GROUP}/a/providers/Microsoft.Sql/servers/one"
    held = [{"id": f"{server}/databases/{name}"} for name in ("master", "letters")]
    chosen = spread([*rows(a=50, b=50), {"id": server}, *held], 10)
    assert len(chosen) == 10
    assert {one.split("/")[4] for one in chosen} == {"a", "b"}
    assert spread([{"id": server}, *held], 1) == [held[1]["id"]]


def test_a_request_is_counted_by_what_it_asks_for() -> None:
    paths = [f"{one['id']}?api-version=1" for one in rows(a=2)]
    assert purposes({"path": path} for path in paths) == {"microsoft.compute/disks": 2}
