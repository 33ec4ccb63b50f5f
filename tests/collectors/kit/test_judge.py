"""From items and gaps to verdicts: what cannot be seen is unknown, and named."""

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
    Expectations,
    Item,
    Owner,
    Population,
    Read,
    ResourceGraph,
    Scope,
    Verdict,
    failed,
    passed,
)
from collectors.kit.interpret import interpret
from collectors.kit.judge import judge
from tests.collectors.case_files import AS_OF, exchange

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
HERE = Scope(SUBSCRIPTION)
EXPECTATIONS = Expectations(values={"most": 1}, as_of=AS_OF)


def on(item: Item, _: Expectations) -> Verdict:
    return passed("it is on") if item.data["on"] else failed("it is off")


def few(things: Population, expectations: Expectations) -> Mapping[str, Verdict]:
    count = len(things.items)
    verdict = passed("few") if count <= expectations["most"] else failed("many")
    return {"counted": verdict} | ({} if count else {"odd": on(things.items[0], expectations)})


def check(**facts: Any) -> Check:
    return Check(
        **{"id": "on", "title": "On", "on": "things", "controls": ("A.5.9",), "remedy": "az on"}
        | {"owner": Owner.CLOUD}
        | facts
    )


def collector(*checks: Check) -> Collector:
    reads: dict[str, Read] = {
        "things": ResourceGraph(table="resources"),
        "facets": Arm(
            path="{id}/providers/Microsoft.Insights/diagnosticSettings",
            api_version="1",
            per="resource",
            of="things",
        ),
        "parts": Arm(path="{id}/p", api_version="1", per="resource", of="things", each=True),
    }
    return Collector(id="test.things", title="Things", reads=reads, checks=checks)


def thing(name: str, **facts: Any) -> dict[str, Any]:
    return {"id": f"/subscriptions/{SUBSCRIPTION}/{name}", "name": name, **facts}


def things(*found: Any) -> Exchange:
    return exchange("things", {"totalRecords": len(found), "data": list(found)})


def answers(one: Check, scope: Scope, *pages: Exchange) -> list[tuple[str, str, str]]:
    """Subject's name, status and reason of every judgement."""
    described = collector(one)
    seen = interpret(described, scope, pages)
    return [
        (j.subject_name, j.verdict.status.value, j.verdict.reason)
        for j in judge(described, scope, seen, EXPECTATIONS)
    ]


def test_every_item_gets_its_verdict() -> None:
    found = answers(check(judge=on), TENANT, things(thing("a", on=True), thing("b", on=False)))

    assert found == [("a", "pass", "it is on"), ("b", "fail", "it is off")]


def test_a_shape_that_the_judge_does_not_know_is_unknown() -> None:
    found = answers(check(judge=on), TENANT, things(thing("a"), thing("b", on=True)))

    assert found == [
        ("a", "unknown", "Azure's answer has an unexpected shape (KeyError)"),
        ("b", "pass", "it is on"),
    ]


def test_a_question_whose_population_cannot_be_told_is_asked_and_unknown() -> None:
    wanted = check(judge=on, when=lambda item: item.data["kind"] == "x")

    found = answers(
        wanted, TENANT, things(thing("a", on=True, kind="y"), thing("b", kind="x"), thing("c"))
    )

    assert [(name, status) for name, status, _ in found] == [("b", "unknown"), ("c", "unknown")]


def test_types_narrow_the_population() -> None:
    wanted = check(judge=on, types=("a/b",))

    found = answers(wanted, TENANT, things(thing("a", on=True, type="A/B"), thing("b", on=True)))

    assert [name for name, _, _ in found] == ["a"]


def test_a_list_that_cannot_be_seen_makes_the_scope_unknown() -> None:
    refused = exchange("things", {"error": {"code": "AuthorizationFailed"}}, status=403)

    assert answers(check(judge=on), TENANT, refused) == [
        (
            "tenant",
            "unknown",
            "could not be seen: denied, Azure answered HTTP 403 AuthorizationFailed after 1 try",
        )
    ]


def test_checks_of_another_scope_are_not_answered() -> None:
    assert answers(check(judge=on, on="facets"), TENANT, things(thing("a"))) == []


def facet(name: str, status: int = 200, **body: Any) -> Exchange:
    return exchange("facets", body, subject=thing(name)["id"], status=status)


def test_a_hidden_parent_is_named_and_unknown_beside_the_seen_ones() -> None:
    pages = (things(thing("a"), thing("b")), facet("a", 403), facet("b", on=True))

    found = answers(check(judge=on, on="facets"), HERE, *pages)

    assert [(name, status) for name, status, _ in found] == [("b", "pass"), ("a", "unknown")]


def test_a_hidden_parent_that_the_question_is_not_about_stays_out() -> None:
    about = check(
        judge=on, on="facets", when=lambda i: i.parent is not None and i.parent.name != "a"
    )
    pages = (things(thing("a"), thing("b")), facet("a", 403), facet("b", on=True))

    assert [name for name, _, _ in answers(about, HERE, *pages)] == ["b"]


def test_parents_that_cannot_be_listed_make_the_scope_unknown() -> None:
    refused = exchange("things", {}, status=500)

    (only,) = answers(check(judge=on, on="facets"), HERE, refused)

    assert only[:2] == (SUBSCRIPTION, "unknown") or only[:2] == (str(HERE), "unknown")


def test_two_gaps_of_one_parent_are_one_answer() -> None:
    parts = exchange(
        "parts", {"value": [{"id": "p", "on": True}, {}, {}]}, subject=thing("a")["id"]
    )

    found = answers(check(judge=on, on="parts"), HERE, things(thing("a")), parts)

    assert [(name, status) for name, status, _ in found] == [("p", "pass"), ("a", "unknown")]


@pytest.mark.parametrize(("count", "status"), [(1, "pass"), (2, "fail")])
def test_a_set_question_is_answered_for_the_subjects_it_names(count: int, status: str) -> None:
    page = things(*(thing(str(n)) for n in range(count)))

    assert [a[:2] for a in answers(check(judge_all=few), TENANT, page)] == [("counted", status)]


@pytest.mark.parametrize("count", [1, 2])
def test_a_set_question_with_a_gap_is_unknown_whatever_was_counted(count: int) -> None:
    page = things(*(thing(str(n)) for n in range(count)), {"no": "id"})

    found = answers(check(judge_all=few), TENANT, page)

    assert [a[:2] for a in found] == [("counted", "unknown"), ("tenant", "unknown")]


def test_a_set_question_that_meets_an_odd_shape_is_unknown_once() -> None:
    (only,) = answers(check(judge_all=few), TENANT, things())

    assert only == ("tenant", "unknown", "Azure's answer has an unexpected shape (IndexError)")


def test_a_set_question_that_breaks_on_a_gap_still_answers_once() -> None:
    found = answers(check(judge_all=few), TENANT, exchange("things", {}, status=403))

    assert [a[:2] for a in found] == [("tenant", "unknown")]


DISPUTED = "could not be seen: Azure described it twice, in two ways"


@pytest.mark.parametrize("first", [True, False])
def test_of_two_descriptions_of_one_thing_neither_is_believed(*, first: bool) -> None:
    pages = things(thing("a", on=first), thing("A", on=not first), thing("b", on=True))

    found = answers(check(judge=on), TENANT, pages)

    assert found[:2] == [("a", "unknown", DISPUTED), ("b", "pass", "it is on")]
    assert [answer[:2] for answer in found[2:]] == [("tenant", "unknown")]


def test_two_equal_descriptions_of_one_thing_are_believed_and_the_list_is_not() -> None:
    found = answers(check(judge=on), TENANT, things(thing("a", on=True), thing("a", on=True)))

    assert [answer[:2] for answer in found] == [("a", "pass"), ("tenant", "unknown")]


def test_a_disputed_thing_is_asked_about_whatever_one_description_says() -> None:
    about = check(judge=on, types=("a/b",), when=lambda item: item.data["kind"] == "x")
    pages = things(thing("a", type="c/d", kind="y"), thing("a", type="a/b", kind="x", on=False))

    assert answers(about, TENANT, pages)[0] == ("a", "unknown", DISPUTED)


@pytest.mark.parametrize("read", ["facets", "parts"])
def test_what_belongs_to_a_disputed_thing_is_unknown_too(read: str) -> None:
    body = {"on": True} if read == "facets" else {"value": [{"id": "p", "on": True}]}
    child = exchange(read, body, subject=thing("a")["id"])

    found = answers(check(judge=on, on=read), HERE, things(thing("a"), thing("a", x=1)), child)

    assert found[0] == ("a" if read == "facets" else "p", "unknown", DISPUTED)


def test_two_parents_that_tell_one_child_two_ways_are_not_believed() -> None:
    parts = [
        exchange("parts", {"value": [{"id": spelt, "on": spelt == "P"}]}, subject=thing(name)["id"])
        for name, spelt in (("a", "P"), ("b", "p"))
    ]

    found = answers(check(judge=on, on="parts"), HERE, things(thing("a"), thing("b")), *parts)

    assert found == [("P", "unknown", DISPUTED)]


def test_a_subject_spelt_in_two_ways_gets_one_answer() -> None:
    refused = exchange("facets", {}, subject=thing("a")["id"].upper(), status=403)

    found = answers(check(judge=on, on="facets"), HERE, things(thing("a")), refused)

    assert [answer[:2] for answer in found] == [("a", "unknown")]


def test_a_subscription_stands_once_where_a_question_on_the_whole_set_is_blind() -> None:
    def everything(of: Population, _: Expectations) -> Mapping[str, Verdict]:
        return {str(of.scope.subscription_id): passed("all of it")}

    wanted = check(judge_all=everything, on="parts")
    pages = (things(thing("a")), exchange("parts", {}, subject=thing("a")["id"], status=403))
    refused = exchange("things", {}, status=403)

    assert [name for name, _, _ in answers(wanted, HERE, *pages)] == [SUBSCRIPTION]
    assert [name for name, _, _ in answers(wanted, HERE, refused)] == [SUBSCRIPTION]


def test_a_resource_that_cannot_have_it_is_left_out_or_unknown_as_the_check_says() -> None:
    refused = exchange(
        "facets", {"code": "ResourceTypeNotSupported"}, subject=thing("a")["id"], status=400
    )
    pages = (things(thing("a")), refused)

    assert answers(check(judge=on, on="facets"), HERE, *pages) == []
    assert answers(check(judge=on, on="facets", lacking="has no facet"), HERE, *pages) == [
        ("a", "unknown", "has no facet")
    ]


@pytest.mark.parametrize(
    ("has", "found"),
    [
        (lambda item: item["kind"] == "whole", [("a", "unknown")]),
        (lambda item: item["kind"].is_whole, [("a", "unknown")]),
        (lambda item: item["kind"] == "other", []),
    ],
)
def test_what_cannot_lack_it_by_documentation_was_not_seen(has: Any, found: Any) -> None:
    here = collector(check(judge=on, on="facets"))
    read = replace(here.reads["facets"], has=has)
    here = replace(here, reads={**here.reads, "facets": read})
    refused = exchange(
        "facets", {"code": "ResourceTypeNotSupported"}, subject=thing("a")["id"], status=400
    )

    seen = interpret(here, HERE, (things(thing("a", kind="whole")), refused))

    made = judge(here, HERE, seen, EXPECTATIONS)
    assert [(one.subject_name, one.verdict.status.value) for one in made] == found
    hidden = [gap.kind.value for gap in seen.gaps if gap.read == "facets"]
    assert hidden == ["unavailable"] * len(found)
    assert len(seen.not_applicable) == 1 - len(found)
