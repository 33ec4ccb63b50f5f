"""Blindness is never compliance: pages that fail turn verdicts to unknown, and to nothing else."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.kit import Exchange, GapKind, Status
from collectors.kit.catalogue.registry import all_collectors
from tests.collectors.case_files import Case, cases_of, judged, seen

CASES = [case for collector in all_collectors() for case in cases_of(collector) if case.exchanges]
CASES_BY_NAME = {f"{case.collector.id}: {case.name}": case for case in CASES}
REFUSALS = [
    (400, "AadPremiumLicenseRequired"),
    (403, "AuthorizationFailed"),
    (404, "ResourceNotFound"),
    (409, "MissingSubscriptionRegistration"),
    (429, "TooManyRequests"),
    (500, "InternalServerError"),
]
FAULTS = [GapKind.TIMEOUT, GapKind.TRUNCATED, GapKind.UNAVAILABLE]
JUNK: list[Any] = [None, True, False, 0, -1, "", "odd", [], {}, [None], {"enabled": None}]

cases = st.sampled_from(sorted(CASES_BY_NAME)).map(CASES_BY_NAME.__getitem__)


@st.composite
def ways_to_fail(draw: st.DrawFn) -> Any:
    """What becomes of a page: a refusal, a fault, half of its bytes, or not asked at all."""
    kind = draw(st.sampled_from(["refused", "fault", "half", "gone"]))
    refusal, fault = draw(st.sampled_from(REFUSALS)), draw(st.sampled_from(FAULTS))
    return kind, refusal, fault


def spoil(page: Exchange, way: Any) -> Exchange | None:
    kind, (status, code), fault = way
    match kind:
        case "refused":
            body = json.dumps({"error": {"code": code, "message": "no"}}).encode()
            return replace(page, status=status, body=body)
        case "fault":
            return replace(page, status=None, body=b"", fault=fault)
        case "half":
            return replace(page, body=page.body[: len(page.body) // 2])
        case _:
            return None


def cut(pages: Iterable[Exchange], at: Exchange, way: Any) -> tuple[Exchange, ...]:
    """The pages with this one spoilt; the gateway asks no further page of that list."""
    left: list[Exchange] = []
    over = False
    for page in pages:
        same = (page.read, page.subject) == (at.read, at.subject)
        if page is at:
            over = True
            spoilt = spoil(page, way)
            left += [spoilt] if spoilt else []
        elif not (same and over):
            left.append(page)
    return tuple(left)


@settings(max_examples=400, deadline=None)
@given(case=cases, data=st.data())
def test_a_page_that_fails_turns_no_verdict_around(case: Case, data: st.DataObject) -> None:
    before = {(j.check_id, j.subject): j.verdict.status for j in judged(case)}
    pages = case.exchanges
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.sampled_from(pages)) if pages else None
        pages = cut(pages, at, data.draw(ways_to_fail())) if at else pages

    after = {(j.check_id, j.subject): j.verdict.status for j in judged(case, pages)}

    for key, status in after.items():
        assert status in (Status.UNKNOWN, before.get(key)), key
    for check_id, subject in before.keys() - after.keys():
        told = {s for c, s in after if c == check_id and after[c, s] is Status.UNKNOWN}
        assert told & stand_ins(case, subject), (check_id, subject)


def stand_ins(case: Case, subject: str) -> set[str]:
    """Who may stand in the list for a subject that is no longer seen: its parent or the scope."""
    parents = {
        item.parent.id
        for items in seen(case).items.values()
        for item in items
        if item.id == subject and item.parent
    }
    return parents | {str(case.scope)}


@settings(max_examples=400, deadline=None)
@given(case=cases, data=st.data())
def test_no_shape_of_an_answer_breaks_a_judge(case: Case, data: st.DataObject) -> None:
    page = data.draw(st.sampled_from(case.exchanges))
    body = json.loads(page.body) if page.body else {}
    target: Any = body
    while isinstance(target, dict | list) and target:
        keys: list[Any] = list(target) if isinstance(target, dict) else list(range(len(target)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(target[key], dict | list) or not data.draw(st.booleans()):
            target[key] = data.draw(st.sampled_from(JUNK))
            break
        target = target[key]
    odd = replace(page, body=json.dumps(body).encode())
    pages = tuple(odd if one is page else one for one in case.exchanges)

    answers = judged(case, pages)

    assert len({(j.check_id, j.subject) for j in answers}) == len(answers)
    assert all(j.verdict.reason for j in answers)


def test_the_same_pages_give_the_same_verdicts() -> None:
    for case in CASES:
        assert judged(case) == judged(case)
