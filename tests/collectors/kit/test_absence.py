"""What an absent property means: a pass by two sources, a fail by none against it, else unknown."""

import ast
from itertools import product
from pathlib import Path

import pytest

from collectors.kit import Item, Status
from collectors.kit.absence import Absence, absent, documented
from collectors.kit.catalogue.registry import all_collectors
from tests.collectors.table_cases import change

ROWS = [row for collector in all_collectors() for row in collector.absent.values()]
CATALOGUE = Path(__file__).parents[3] / "collectors" / "catalog"


def leaving_out(row: Absence, **more: object) -> Item:
    data: dict[str, object] = {"id": "/x", "type": row.type}
    change(data, row.path.rpartition(".")[0] + ".provisioningState", "Succeeded")
    return Item(id="/x", data={**data, **more})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.type} {row.path}")
def test_each_row_says_what_it_means_and_where_that_stands(row: Absence) -> None:
    verdict = row.verdict(leaving_out(row))

    assert verdict.status is row.then
    assert verdict.reason.startswith(f"{row.property} is not set")
    assert row.source.startswith("https://")
    assert row.read_on >= "2026-01-01"
    assert (row.policy is None) == (row.policy_says is None)
    assert row.since >= "2014-01-01"


@pytest.mark.parametrize(
    ("model", "policy"), list(product([Status.PASS, Status.FAIL], [None, Status.PASS, Status.FAIL]))
)
def test_a_pass_needs_model_and_rule_and_where_they_differ_it_is_unknown(
    model: Status, policy: Status | None
) -> None:
    row = Absence(
        type="t",
        path="properties.p",
        since="2020-01-01",
        means="Azure then does something",
        model=model,
        policy="guid" if policy else None,
        policy_says=policy,
        source="https://example.invalid",
        read_on="2026-11-28",
    )

    if policy not in (None, model):
        assert row.then is Status.UNKNOWN
    elif model is Status.PASS:
        assert row.then is (Status.PASS if policy else Status.UNKNOWN)
    else:
        assert row.then is Status.FAIL


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.type} {row.path}")
def test_an_answer_that_could_not_hold_the_property_is_not_judged_by_its_absence(
    row: Absence,
) -> None:
    old = leaving_out(row, apiVersion="2013-01-01")
    bare = Item(id="/x", data={"id": "/x", "type": row.type})
    empty = Item(id="/x", data={"id": "/x", "type": row.type, "properties": {}})

    for item in (old, bare, empty):
        assert row.verdict(item).status is Status.UNKNOWN


def test_a_table_of_absences_says_once_what_all_its_rows_share() -> None:
    table = documented(
        "A.B/c",
        "https://example.invalid",
        "2026-11-28",
        "2021-01-01",
        absent("properties.p", "Azure then does something", Status.FAIL, agrees="guid"),
        absent("properties.q", "nothing then", Status.PASS, differs="other", since="2019-01-01"),
    )

    assert [(row.type, row.since, row.policy, row.policy_says) for row in table.values()] == [
        ("a.b/c", "2021-01-01", "guid", Status.FAIL),
        ("a.b/c", "2019-01-01", "other", Status.FAIL),
    ]
    assert table["properties.q"].then is Status.UNKNOWN


@pytest.mark.parametrize("path", sorted(CATALOGUE.rglob("*.py")), ids=lambda path: path.stem)
def test_a_source_shows_every_absence_that_its_judges_stand_on(path: Path) -> None:
    tree = ast.parse(path.read_text())
    tables = [
        node.targets[0]
        for node in tree.body
        if isinstance(node, ast.Assign) and "documented" in ast.dump(node.value)
    ]
    shown = [
        ast.unparse(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "absent"
    ]

    assert [ast.unparse(one) for one in tables] in ([], ["ABSENT"])
    assert sum("documented(" in line for line in path.read_text().splitlines()) == len(tables)
    assert set(shown) <= {"ABSENT"}
    assert not tables or "    absent=ABSENT,\n    " in path.read_text()
