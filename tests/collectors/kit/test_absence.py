"""What an absent property means: a pass by two sources, a fail by none against it, else unknown."""

from itertools import product

import pytest

from collectors.kit import Item, Status
from collectors.kit.absence import ABSENCES, Absence
from tests.collectors.table_cases import change

ROWS = list(ABSENCES.values())


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
        value=None,
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
