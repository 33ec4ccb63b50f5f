"""Many ids at once: an id that was not answered is never an id without anything."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from collectors.kit import TENANT, Check, Collector, Exchange, Graph, GraphBatch, Item, Owner, Scope
from collectors.kit.answers.batches import read_batch, wanted_ids
from collectors.kit.interpret import ids_of, interpret
from collectors.kit.judge import judge
from collectors.kit.level import context_of
from collectors.kit.spec import Arm, Expectations, Verdict, passed
from tests.collectors.case_files import AS_OF, exchange

GONE = {"error": {"code": "Request_ResourceNotFound", "message": "no"}}
DENIED = {"error": {"code": "Authorization_RequestDenied", "message": "no"}}


def holders(items: Mapping[str, tuple[Item, ...]]) -> list[str]:
    return [str(one["principalId"]) for one in items["list"]]


OBJECTS = GraphBatch(of=("list",), ids=holders)
MEMBERS = replace(OBJECTS, path="/groups/{id}/transitiveMembers?$select=id")


def objects(*there: str, ids: tuple[str, ...] = ("a", "b")) -> Exchange:
    found = [{"id": one, "@odata.type": "#microsoft.graph.user"} for one in there]
    return exchange("read", {"value": found}, request={"ids": list(ids)})


def batch(**answers: tuple[int, Any]) -> Exchange:
    responses = [{"id": k, "status": s, "body": body} for k, (s, body) in answers.items()]
    asked = [{"id": one, "method": "GET", "url": f"/x/{one}"} for one in answers]
    return exchange("read", {"responses": responses}, request={"requests": asked})


def told(read: GraphBatch, *pages: Exchange, ids: tuple[str, ...] = ("a", "b")) -> Any:
    made = read_batch("read", read, ids, pages)
    items = {item.id: item["value"] if read.path else item.data["id"] for item in made.items}
    return items, {(gap.subject, gap.kind.value) for gap in made.gaps}


def test_ids_are_asked_once_whatever_their_case() -> None:
    items = tuple(Item(id=n, data={"principalId": p}) for n, p in (("1", "B"), ("2", "b")))

    assert wanted_ids(OBJECTS, {"list": items}) == ("b",)


def test_an_object_is_there_or_gone_or_unseen() -> None:
    pages = objects("A"), batch(b=(404, GONE))

    assert told(OBJECTS, *pages) == ({"a": "A"}, set())
    assert told(OBJECTS, objects("a")) == ({"a": "a"}, {("b", "truncated")})
    assert told(OBJECTS, objects("a"), batch(b=(403, DENIED)))[1] == {("b", "denied")}


def test_a_list_that_was_short_is_made_whole_by_asking_for_the_id_itself() -> None:
    assert told(OBJECTS, objects("a"), batch(b=(200, {"id": "b"}))) == ({"a": "a", "b": "b"}, set())


@pytest.mark.parametrize("request_body", [None, {"ids": ["a"]}, {"ids": None}, []])
def test_an_id_that_no_request_names_is_not_answered(request_body: Any) -> None:
    page = exchange("read", {"value": [{"id": "b"}]}, request=request_body)

    assert ("b", "truncated") in told(OBJECTS, page)[1]


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (exchange("read", DENIED, status=403), "denied"),
        (exchange("read", "{", request={"ids": ["a", "b"]}), "malformed"),
        (exchange("read", {"value": None}, request={"ids": ["a", "b"]}), "malformed"),
    ],
)
def test_a_request_that_failed_hides_whatever_it_asked_for(page: Exchange, kind: str) -> None:
    assert told(OBJECTS, page) == ({}, {(None, kind)})


def test_nothing_asked_is_nothing_seen() -> None:
    assert told(OBJECTS) == ({}, {(None, "truncated")})
    assert told(OBJECTS, ids=()) == ({}, set())


def test_lists_come_with_their_further_pages() -> None:
    first = batch(a=(200, {"value": [1], "@odata.nextLink": "n"}), b=(200, {"value": []}))
    further = exchange("read", {"value": [2]}, subject="a")

    assert told(MEMBERS, first, further) == ({"a": [1, 2], "b": []}, set())
    assert told(MEMBERS, first) == ({"b": []}, {("a", "truncated")})
    refused = replace(further, status=429)
    assert told(MEMBERS, first, refused) == ({"b": []}, {("a", "throttled")})


def test_a_list_of_something_that_does_not_exist_is_no_gap_and_no_list() -> None:
    assert told(MEMBERS, batch(a=(404, GONE), b=(200, {"value": []}))) == ({"b": []}, set())
    assert told(MEMBERS, batch(a=(404, {}), b=(200, {"value": []})))[1] == {("a", "gone")}


def test_of_two_answers_about_an_id_the_last_one_holds() -> None:
    throttled = batch(a=(429, {"error": {"code": "TooManyRequests"}}), b=(200, {"value": []}))

    assert told(MEMBERS, throttled)[1] == {("a", "throttled")}
    assert told(MEMBERS, throttled, batch(a=(200, {"value": [1]}))) == ({"a": [1], "b": []}, set())


@pytest.mark.parametrize("body", [None, [], {"value": {}}, {"error": {}}, "x"])
def test_a_list_of_another_shape_is_a_gap_of_that_id(body: Any) -> None:
    found, gaps = told(MEMBERS, batch(a=(200, body), b=(200, {"value": []})))

    assert found == {"b": []}
    assert {subject for subject, _ in gaps} == {"a"}


def looked_up(item: Item, _: Expectations) -> Verdict:
    found = item.near("objects").get(item["principalId"])
    return passed("there is nobody of that id" if found is None else f"held by {found.id}")


COLLECTOR = Collector(
    id="test.batches",
    title="Batches",
    reads={
        "list": Graph(path="/list"),
        "objects": OBJECTS,
        "mine": Arm(path="/subscriptions/{subscription}/x", api_version="1", per="subscription"),
    },
    checks=tuple(
        Check(
            id=read,
            title="Held",
            on=read,
            beside=("objects",),
            judge=looked_up,
            controls=("A.5.18",),
            remedy="look",
            owner=Owner.SECURITY,
        )
        for read in ("list", "mine")
    ),
)
LISTED = exchange("list", {"value": [{"id": "1", "principalId": "A"}]})


def answers(scope: Scope, *pages: Exchange) -> list[tuple[str, str, str]]:
    seen = interpret(COLLECTOR, scope, pages)
    made = judge(COLLECTOR, scope, seen, Expectations(values={}, as_of=AS_OF))
    return [(one.subject, one.verdict.status.value, one.verdict.reason) for one in made]


def test_a_judge_looks_ids_up() -> None:
    asked = replace(objects("a", ids=("a",)), read="objects")

    assert answers(TENANT, LISTED, asked) == [("1", "pass", "held by a")]
    (unseen,) = answers(TENANT, LISTED)
    assert unseen[:2] == ("1", "unknown")


def test_a_subscription_asks_what_its_look_ups_lean_on() -> None:
    scope = Scope("99999999-0000-0000-0000-000000000001")
    mine = exchange("mine", {"value": [{"id": "x", "principalId": "a"}]})
    asked = replace(objects("a", ids=("a",)), read="objects")

    assert context_of(COLLECTOR, scope) == ("list", "objects")
    assert ids_of(COLLECTOR, "objects", [LISTED]) == ("a",)
    assert ("x", "pass", "held by a") in answers(scope, LISTED, asked, mine)


def test_what_a_gap_hides_is_named() -> None:
    on_objects = replace(COLLECTOR.checks[0], on="objects", beside=(), judge=looked_up)
    collector = replace(COLLECTOR, checks=(on_objects,))
    seen = interpret(collector, TENANT, [LISTED, replace(objects(ids=("a",)), read="objects")])
    made = judge(collector, TENANT, seen, Expectations(values={}, as_of=AS_OF))

    assert [(one.subject, one.verdict.status.value) for one in made] == [("a", "unknown")]
