"""Answers that look whole and are not."""

import json
from typing import Any

import pytest

from simulator.server.faults.rules import FaultRule, FaultRuleError, parse_rules
from simulator.server.faults.silent import SILENT, alter

SUBSCRIPTIONS = "/subscriptions?api-version=2022-12-01"
ROWS = {"totalRecords": 3, "count": 2, "data": [{"id": "a", "on": True}, {"id": "b"}]}


def altered(body: dict[str, Any], **rule: Any) -> Any:
    return json.loads(alter(json.dumps(body).encode(), FaultRule(path=".", **rule)))


def test_a_row_is_missing_and_the_total_tells() -> None:
    assert altered(ROWS, kind="fewer") == {**ROWS, "data": ROWS["data"][:1]}  # type: ignore[index]


def test_a_row_is_missing_and_nothing_tells() -> None:
    found = altered(ROWS, kind="fewer", match='"a"', recount=True)

    assert found == {"totalRecords": 2, "count": 1, "data": [{"id": "b"}]}


def test_a_list_is_empty_without_a_further_page() -> None:
    assert altered({**ROWS, "$skipToken": "t"}, kind="empty") == {
        "totalRecords": 0,
        "count": 0,
        "data": [],
    }
    assert altered({"value": [{}], "nextLink": "x"}, kind="empty") == {"value": []}


def test_an_element_comes_twice_with_another_content() -> None:
    found = altered(ROWS, kind="duplicate")

    assert found["data"] == [{"id": "a", "on": False, "annexaTurned": True}, *ROWS["data"]]  # type: ignore[misc]
    assert (found["totalRecords"], found["count"]) == (4, 3)


def test_a_total_is_wrong() -> None:
    assert altered(ROWS, kind="wrong_total") == {**ROWS, "totalRecords": 8}


@pytest.mark.parametrize("kind", sorted(SILENT))
@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"properties":{}}'])
def test_what_is_no_list_stays_as_it_is(kind: Any, body: bytes) -> None:
    assert alter(body, FaultRule(path=".", kind=kind)) == body


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(FaultRuleError, match="not a regular expression"):
        parse_rules({"path": ".", "kind": "fewer", "match": "("})


def test_a_subscription_vanishes_from_the_list_alone(unfaulted: Any) -> None:
    gone, *others = unfaulted.process.subscriptions
    unfaulted.process.hide_subscription(gone)

    listed = unfaulted.get(SUBSCRIPTIONS)
    alone = unfaulted.get(f"/subscriptions/{gone}/resources?api-version=2021-04-01")

    assert listed.status_code == alone.status_code == 200
    assert [one["subscriptionId"] for one in listed.json()["value"]] == others
    assert unfaulted.process.log()[-2]["fault"] == "fewer"
