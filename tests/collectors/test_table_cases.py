"""A case file says much in few lines, and means exactly what is written out."""

from typing import Any

import pytest

from tests.collectors.table_cases import ABSENT, change, plain_cases, with_parts

RULE = {"name": "In", "properties": {"access": "Allow", "ports": ["22"]}}


@pytest.mark.parametrize(
    ("path", "value", "made"),
    [
        ("properties.access", "Deny", {"access": "Deny", "ports": ["22"]}),
        ("properties.access", ABSENT, {"ports": ["22"]}),
        ("properties.ports.0", "80", {"access": "Allow", "ports": ["80"]}),
        ("properties.ports.1", "80", {"access": "Allow", "ports": ["22", "80"]}),
        ("properties.ports.0", ABSENT, {"access": "Allow", "ports": []}),
        ("properties.more.deep", 1, {"access": "Allow", "ports": ["22"], "more": {"deep": 1}}),
    ],
)
def test_a_change_sets_takes_away_or_appends(path: str, value: Any, made: dict[str, Any]) -> None:
    whole = with_parts([{"$like": "rule", path: value}], {"rule": RULE})

    assert whole == [{"name": "In", "properties": made}]
    assert RULE["properties"] == {"access": "Allow", "ports": ["22"]}


def test_a_case_like_another_has_its_pages_with_changes_and_its_scope() -> None:
    pages = {"rules": [{"body": {"data": [RULE]}}]}
    first = {"scope": "tenant", "pages": pages, "expect": []}
    denied: dict[str, Any] = {
        "like": "first",
        "change": {"rules:properties.access": "Deny", "rules.0.status": 200},
        "expect": [],
    }

    made = plain_cases([], {"first": first, "denied": denied})["denied"]

    assert made["scope"] == "tenant"
    assert made["pages"]["rules"][0]["body"]["data"][0]["properties"]["access"] == "Deny"
    assert made["pages"]["rules"][0]["status"] == 200


def test_a_table_may_take_its_good_answer_from_a_case() -> None:
    table: dict[str, Any] = {"good": "first", "passes": {}, "vary": {}}
    first = {"scope": "tenant", "pages": {"rules": []}, "expect": []}

    plain_cases([table], {"first": first})

    assert (table["scope"], table["good"]) == ("tenant", {"rules": []})


def test_a_number_steps_into_a_list() -> None:
    item: dict[str, Any] = {"a": [{"b": 1}]}
    change(item, "a.0.b", 2)

    assert item == {"a": [{"b": 2}]}
