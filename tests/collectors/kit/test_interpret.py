"""From pages to items and gaps: what was not seen does not pass for what is not there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from collectors.kit import (
    TENANT,
    Arm,
    Check,
    Collector,
    Exchange,
    Gap,
    GapKind,
    Graph,
    Owner,
    Read,
    ResourceGraph,
    Scope,
    passed,
)
from collectors.kit.interpret import interpret, parents_of
from tests.collectors.case_files import exchange

HERE, THERE = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
READS: Mapping[str, Read] = {
    "rows": ResourceGraph(table="resources"),
    "list": Arm(path="/subscriptions/{subscription}/x", api_version="1", per="subscription"),
    "facets": Arm(path="{id}/x", api_version="1", per="resource", of="rows", types=("a/b",)),
    "parts": Arm(path="{id}/y", api_version="1", per="resource", of="rows", each=True),
}
CHECK = Check(
    id="seen",
    title="Seen",
    on="rows",
    controls=("A.5.9",),
    remedy="look",
    owner=Owner.CLOUD,
    judge=lambda _item, _expectations: passed("it is here"),
)
COLLECTOR = Collector(id="test.seen", title="Seen", reads=READS, checks=(CHECK,))


def row(name: str, subscription: str = HERE, kind: str = "a/b") -> dict[str, Any]:
    return {"id": f"/subscriptions/{subscription}/{name}", "name": name, "type": kind}


def rows(*found: Any, total: int | None = None, token: str = "") -> Exchange:
    body = {"totalRecords": len(found) if total is None else total, "data": list(found)}
    return exchange("rows", body | ({"$skipToken": token} if token else {}))


def tenant(*pages: Exchange) -> tuple[list[str], list[tuple[GapKind, str]]]:
    """Names of the rows seen, and the gaps."""
    seen = interpret(COLLECTOR, TENANT, pages)
    return [i.name for i in seen.items["rows"]], [(g.kind, g.detail) for g in seen.gaps]


def test_pages_are_joined_in_order() -> None:
    found, gaps = tenant(rows(row("a"), total=3, token="t"), rows(row("b"), row("c"), total=3))

    assert (found, gaps) == (["a", "b", "c"], [])


def test_a_list_that_breaks_off_is_truncated() -> None:
    found, gaps = tenant(rows(row("a"), total=3, token="t"))

    assert found == ["a"]
    assert gaps == [(GapKind.TRUNCATED, "the list breaks off before its last page")]


def test_a_list_that_was_never_asked_is_truncated() -> None:
    assert tenant() == ([], [(GapKind.TRUNCATED, "it was not asked")])


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (ResourceGraph(table="t", never_empty=True), {"totalRecords": 0, "data": []}),
        (Graph(path="/t", never_empty=True), {"value": []}),
        (Arm(path="/t", api_version="1", per="tenant", never_empty=True), {"value": []}),
    ],
)
def test_an_empty_list_of_what_is_never_empty_was_not_told(read: Read, body: Any) -> None:
    there = Collector(id="test.t", title="T", reads={"rows": read}, checks=())
    page = exchange("rows", body)

    (gap,) = interpret(there, TENANT, [page]).gaps

    assert (gap.kind, gap.subject) == (GapKind.TRUNCATED, None)
    assert gap.detail == "Azure sent an empty list of what is never empty"
    plain = replace(there, reads={"rows": replace(read, never_empty=False)})
    assert interpret(plain, TENANT, [page]).gaps == ()
    assert plain.reads == there.reads, "both are one exchange"


def test_fewer_rows_than_announced_are_told() -> None:
    found, gaps = tenant(rows(row("a"), total=3, token="t"), rows(row("b"), total=3))

    assert found == ["a", "b"]
    assert gaps == [(GapKind.TRUNCATED, "Azure announced 3 rows and sent 2")]


def test_a_result_that_azure_cut_off_keeps_its_rows_and_is_told() -> None:
    cut = exchange("rows", {"totalRecords": 1, "data": [row("a")], "resultTruncated": "true"})

    found, gaps = tenant(cut)

    assert found == ["a"]
    assert gaps == [(GapKind.TRUNCATED, "Resource Graph cut the result off")]


@pytest.mark.parametrize("odd", [{}, {"id": ""}, {"id": 7}, "text", None, ["list"]])
def test_a_row_without_id_is_malformed_and_hides_no_other(odd: Any) -> None:
    found, gaps = tenant(rows(row("a"), odd, row("b")))

    assert found == ["a", "b"]
    assert gaps == [(GapKind.MALFORMED, "element 1 of the list has no id")]


def test_a_row_that_comes_twice_shows_that_paging_was_unsafe() -> None:
    found, gaps = tenant(rows(row("a"), row("A")))

    assert found == ["a"]
    assert [kind for kind, _ in gaps] == [GapKind.TRUNCATED]


@pytest.mark.parametrize("total", [None, "2", True, {}])
def test_rows_without_a_readable_total_are_kept_and_told(total: Any) -> None:
    found, gaps = tenant(exchange("rows", {"totalRecords": total, "data": [row("a"), row("b")]}))

    assert found == ["a", "b"]
    assert gaps == [(GapKind.MALFORMED, "Azure did not say how many rows there are")]


def test_a_total_missing_on_one_page_only_is_told() -> None:
    found, gaps = tenant(rows(row("a"), total=2, token="t"), exchange("rows", {"data": [row("b")]}))

    assert found == ["a", "b"]
    assert [kind for kind, _ in gaps] == [GapKind.MALFORMED]


def test_totals_that_differ_between_pages_are_a_list_that_changed() -> None:
    found, gaps = tenant(rows(row("a"), total=3, token="t"), rows(row("b"), total=2))

    assert found == ["a", "b"]
    assert gaps == [
        (GapKind.TRUNCATED, "the list changed while it was read: 3 rows announced, then 2")
    ]


def test_a_total_that_changed_back_is_still_a_list_that_changed() -> None:
    _, gaps = tenant(
        rows(row("a"), total=3, token="t"),
        rows(row("b"), total=4, token="t"),
        rows(row("c"), total=3),
    )

    assert [kind for kind, _ in gaps] == [GapKind.TRUNCATED]


def test_a_row_that_comes_twice_with_two_contents_keeps_both() -> None:
    other = {**row("A"), "tags": {"owner": "x"}}

    seen = interpret(COLLECTOR, TENANT, (rows(row("a"), other, row("a"), row("b")),))

    first, second = seen.items["rows"]
    assert (first.disputed, first.others) == (True, (other,))
    assert second.disputed is False
    assert [gap.detail.endswith("two contents: the paging is unsafe") for gap in seen.gaps] == [
        True,
        False,
    ]


def test_a_disputed_parent_is_asked_whatever_its_type_may_be() -> None:
    pages = (rows(row("a", kind="c/d"), row("A")),)

    assert [i.name for i in parents_of(COLLECTOR, Scope(HERE), "facets", pages)] == ["a"]


def test_a_failed_page_ends_the_list_and_keeps_what_came_before() -> None:
    found, gaps = tenant(
        rows(row("a"), total=2, token="t"), exchange("rows", {"error": {"code": "x"}}, status=403)
    )

    assert found == ["a"]
    assert gaps == [(GapKind.DENIED, "Azure answered HTTP 403 x after 1 try")]


def test_completeness_states_pages_and_rows_received_and_announced() -> None:
    pages = (rows(row("a"), total=3, token="t"), rows(row("b"), total=3))

    seen = interpret(COLLECTOR, TENANT, pages).completeness["rows"]

    assert (seen.pages, seen.received, seen.announced) == (2, 2, 3)


def narrow(*pages: Exchange, subscription: str = HERE) -> tuple[dict[str, list[str]], list[Gap]]:
    """Names seen in a subscription by read, and the gaps."""
    whole = exchange("list", {"value": []}, subject=subscription)
    seen = interpret(COLLECTOR, Scope(subscription), (*pages, whole))
    return {name: [i.name for i in items] for name, items in seen.items.items()}, list(seen.gaps)


def facet(name: str, **body: Any) -> Exchange:
    return exchange("facets", {"name": "default", **body}, subject=row(name)["id"])


def parts(name: str, *elements: Any) -> Exchange:
    return exchange("parts", {"value": list(elements)}, subject=row(name)["id"])


def test_tenant_rows_are_narrowed_to_the_subscription_and_marked_as_context() -> None:
    pages = (rows(row("a"), row("b", THERE)), facet("a"), parts("a"))

    items, gaps = narrow(*pages)

    assert (items["rows"], gaps) == (["a"], [])
    whole = exchange("list", {"value": []}, subject=HERE)
    assert interpret(COLLECTOR, Scope(HERE), (*pages, whole)).context == {"rows"}


def test_a_subscription_written_in_capitals_is_the_same() -> None:
    subscription = "ABCDEF00-1111-1111-1111-111111111111"
    page = rows(row("a", subscription.lower(), "c/d"))
    own = exchange("parts", {"value": []}, subject=row("a", subscription.lower())["id"])

    items, gaps = narrow(page, own, subscription=subscription)

    assert (items["rows"], gaps) == (["a"], [])


def test_only_parents_of_the_wanted_type_are_asked() -> None:
    page = rows(row("a"), row("b", kind="c/d"))

    asked = parents_of(COLLECTOR, Scope(HERE), "facets", [page])

    assert [item.name for item in asked] == ["a"]
    assert parents_of(COLLECTOR, Scope(HERE), "rows", [page]) == []


def test_a_facet_is_its_body_with_the_parent_and_its_id() -> None:
    pages = (rows(row("a")), facet("a", properties={"on": True}), parts("a"))
    whole = exchange("list", {"value": []}, subject=HERE)

    (item,) = interpret(COLLECTOR, Scope(HERE), (*pages, whole)).items["facets"]

    assert item.id == row("a")["id"]
    assert item["properties.on"] is True
    assert item.parent is not None
    assert (item.parent.name, item.name_shown) == ("a", "a")


def test_each_element_of_a_parent_is_an_item_of_its_own() -> None:
    items, gaps = narrow(
        rows(row("a")), facet("a"), parts("a", {"id": "1", "name": "x"}, {"id": "2", "name": "y"})
    )

    assert (items["parts"], gaps) == (["x", "y"], [])


def test_one_parent_that_cannot_be_seen_hides_no_other() -> None:
    refused = exchange("facets", {}, subject=row("a")["id"].upper(), status=403)

    items, gaps = narrow(rows(row("a"), row("b")), refused, facet("b"), parts("a"), parts("b"))

    assert items["facets"] == ["default"]
    assert [(g.read, g.subject, g.kind) for g in gaps] == [
        ("facets", row("a")["id"], GapKind.DENIED)
    ]


def test_a_parent_that_was_not_asked_is_a_gap_of_that_parent() -> None:
    _, gaps = narrow(rows(row("a"), row("b")), facet("b"), parts("a"), parts("b"))

    assert [(g.read, g.subject, g.kind) for g in gaps] == [
        ("facets", row("a")["id"], GapKind.TRUNCATED)
    ]
