"""Items and scopes say what Azure said, and None where it did not."""

import pytest

from collectors.kit import TENANT, Check, Collector, Item, Owner, Scope, child, rows

PARENT = Item(id="/subscriptions/ABC/resourceGroups/r/x", data={"name": "x", "type": "A/B"})


@pytest.mark.parametrize(
    ("path", "value"),
    [("a", {"b": {"c": 0}}), ("a.b.c", 0), ("a.b.d", None), ("a.b.c.d", None), ("e", None)],
)
def test_a_path_leads_to_a_value_or_to_none(path: str, value: object) -> None:
    assert Item(id="/i", data={"a": {"b": {"c": 0}}})[path] == value


def test_an_item_goes_by_its_name_or_the_end_of_its_id() -> None:
    assert PARENT.name == "x"
    assert Item(id="/a/b", data={}).name == "b"
    assert Item(id="/a/b", data={"displayName": "Bee", "name": None}).name == "Bee"


def test_a_facet_is_shown_by_the_name_of_what_it_belongs_to() -> None:
    assert Item(id=PARENT.id, data={"name": "default"}, parent=PARENT).name_shown == "x"
    assert Item(id="/part", data={"name": "part"}, parent=PARENT).name_shown == "part"


def test_type_and_subscription_are_lower_case() -> None:
    assert (PARENT.type, PARENT.subscription_id) == ("a/b", "abc")
    assert Item(id="app-1", data={}).subscription_id is None
    assert Item(id="/providers/x", data={"type": None}).type == ""


def test_a_scope_is_written_as_records_write_it() -> None:
    assert (str(TENANT), str(Scope("s"))) == ("tenant", "subscription/s")


def test_a_check_that_leaves_it_out_has_the_first_read_and_the_owner_of_its_collector() -> None:
    bare = Check(id="a", title="A", controls=("A.5.9",), remedy="look")
    stated = Check(id="b", title="B", controls=(), remedy="", on="keys", owner=Owner.LEGAL)
    collector = Collector(
        id="x.y",
        title="x",
        owner=Owner.CLOUD,
        reads={"vaults": rows("A.B/c"), "keys": child("vaults", "A.B/c/d", "1")},
        checks=(bare, stated),
    )

    assert [(one.on, one.owner) for one in collector.checks] == [
        ("vaults", Owner.CLOUD),
        ("keys", Owner.LEGAL),
    ]
