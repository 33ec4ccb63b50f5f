"""Tags: names in any case, values as they are, and no guess where they are withheld."""

from typing import Any

import pytest

from collectors.kit import Expectations, Item, Status, passed
from collectors.kit.values.tags import if_phi, may_hold_phi, tag, tags_withheld
from tests.collectors.case_files import AS_OF


def item(**data: Any) -> Item:
    return Item(id="/a", data=data)


@pytest.mark.parametrize(
    ("tags", "value"),
    [
        ({"owner": "imaging"}, "imaging"),
        ({"OWNER": "imaging"}, "imaging"),
        ({"owner": ""}, None),
        ({"owner": "  "}, None),
        ({"owner": None}, None),
        ({"owner": 7}, None),
        ({}, None),
        (None, None),
        ("owner", None),
    ],
)
def test_a_tag_counts_when_it_says_something(tags: Any, value: str | None) -> None:
    assert tag(item(tags=tags), "owner") == value


@pytest.mark.parametrize("value", ["PHI", "phi", " Phi "])
def test_phi_is_phi_in_any_case(value: str) -> None:
    assert may_hold_phi(item(tags={"dataclassification": value}))


def test_a_resource_without_tags_holds_no_phi_and_one_with_withheld_tags_may() -> None:
    assert not may_hold_phi(item(tags=None))
    assert not may_hold_phi(item(tags={"dataClassification": "Internal"}))
    assert tags_withheld(item())
    assert tags_withheld(item(tags="dataClassification=Internal"))
    assert tags_withheld(item(tags=["dataClassification"]))
    assert may_hold_phi(item())


def test_a_question_about_phi_is_unknown_where_the_tags_are_withheld() -> None:
    judge = if_phi(lambda _item, _expectations: passed("encrypted"))
    expectations = Expectations(values={}, as_of=AS_OF)

    assert judge(item(), expectations).status is Status.UNKNOWN
    assert judge(item(tags={}), expectations).status is Status.PASS
