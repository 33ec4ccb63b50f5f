"""What is missing from a list is gone only when Azure says so; all else is unknown."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit import (
    TENANT,
    Arm,
    Check,
    Collector,
    Exchange,
    Expectations,
    GapKind,
    Item,
    Owner,
    Population,
    ResourceGraph,
    Scope,
    Verdict,
    failed,
    passed,
)
from collectors.kit.interpret import interpret, unseen
from collectors.kit.judge import judge
from collectors.kit.missing.things import (
    PROOF,
    RIGHTS,
    Missing,
    absences,
    missing_of,
    plain,
    proofs_of,
)

AT = datetime(2026, 11, 28, 2, tzinfo=UTC)
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
S = f"/subscriptions/{SUBSCRIPTION}"
G = f"{S}/resourceGroups/rg"
TYPE = "Microsoft.Storage/storageAccounts"
ACCOUNT = f"{G}/providers/{TYPE}/scans"
OTHER = f"{G}/providers/{TYPE}/letters"


def page(read: str, body: Any, *, subject: str | None = None, status: int = 200) -> Exchange:
    url = "https://management.azure.com/"
    if read == RIGHTS:
        url += "providers/Microsoft.Authorization/permissions"
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(
        read=read,
        subject=subject,
        method="GET",
        url=url,
        api_version="2023-05-01",
        status=status,
        body=raw,
        started_at=AT,
        finished_at=AT,
    )


def refusal(subject: str, status: int, code: str) -> Exchange:
    return page(PROOF, {"error": {"code": code, "message": "m"}}, subject=subject, status=status)


def permissions(scope: str, actions: list[str], taken: list[str] | None = None) -> Exchange:
    return page(RIGHTS, {"value": [{"actions": actions, "notActions": taken}]}, subject=scope)


READER = permissions(S, ["*/read"])
NO_STORAGE = permissions(S, ["*/read"], ["Microsoft.Storage/*"])
WITHOUT_BODY = page(PROOF, b"<html>not found</html>", subject=ACCOUNT, status=404)

FATES: dict[str, tuple[list[Exchange], GapKind]] = {
    "404": ([refusal(ACCOUNT, 404, "ResourceNotFound")], GapKind.GONE),
    "410": ([refusal(ACCOUNT, 410, "Gone")], GapKind.GONE),
    "its group is gone": ([refusal(OTHER, 404, "ResourceGroupNotFound")], GapKind.GONE),
    "its subscription is gone": ([refusal(OTHER, 404, "SubscriptionNotFound")], GapKind.GONE),
    "404 of its group": ([refusal(G, 404, "ResourceGroupNotFound")], GapKind.GONE),
    "404 of another": ([refusal(OTHER, 404, "ResourceNotFound")], GapKind.NOT_ASKED),
    "404 of a page of somebody else": ([WITHOUT_BODY], GapKind.UNAVAILABLE),
    "404 that says the type is not known": (
        [refusal(ACCOUNT, 404, "InvalidResourceNamespace")],
        GapKind.NOT_REGISTERED,
    ),
    "403": ([refusal(ACCOUNT, 403, "AuthorizationFailed")], GapKind.DENIED),
    "403 of its group": ([refusal(G, 403, "AuthorizationFailed")], GapKind.DENIED),
    "429": ([refusal(ACCOUNT, 429, "TooManyRequests")], GapKind.THROTTLED),
    "503": ([refusal(ACCOUNT, 503, "ServerBusy")], GapKind.THROTTLED),
    "200": ([page(PROOF, {"id": ACCOUNT.upper()}, subject=ACCOUNT)], GapKind.TRUNCATED),
    "200 of something else": ([page(PROOF, {"id": OTHER}, subject=ACCOUNT)], GapKind.MALFORMED),
    "200 that is no JSON": ([page(PROOF, b"ok", subject=ACCOUNT)], GapKind.MALFORMED),
    "not asked": ([], GapKind.NOT_ASKED),
    "not asked, and permitted": ([READER], GapKind.NOT_ASKED),
    "not permitted": ([NO_STORAGE], GapKind.DENIED),
    "permitted in the group alone": (
        [NO_STORAGE, permissions(G, ["*/read"])],
        GapKind.NOT_ASKED,
    ),
    "not permitted in the group": ([READER, permissions(G, [])], GapKind.DENIED),
    "permissions refused": (
        [page(RIGHTS, {}, subject=S, status=403)],
        GapKind.NOT_ASKED,
    ),
    "not permitted, yet gone": (
        [NO_STORAGE, refusal(ACCOUNT, 404, "ResourceNotFound")],
        GapKind.GONE,
    ),
}


@pytest.mark.parametrize("case", FATES)
def test_what_became_of_a_missing_thing(case: str) -> None:
    pages, kind = FATES[case]
    (found,) = absences([Missing(read="accounts", id=ACCOUNT)], proofs_of(pages), {})
    assert found.kind is kind
    assert 8 < len(found.detail) < 200
    assert missing_of(plain(found)) == found.missing


@pytest.mark.parametrize("code", ["ResourceGroupNotFound", "SubscriptionNotFound"])
def test_a_place_in_which_something_was_listed_is_not_believed_gone(code: str) -> None:
    pages = [accounts(OTHER), refusal(ACCOUNT, 404, code)]
    seen = interpret(COLLECTOR, TENANT, pages, [missing(ACCOUNT), missing(f"{ACCOUNT}2")])
    assert [one.kind for one in seen.absent] == [GapKind.UNAVAILABLE, GapKind.NOT_ASKED]


def test_permissions_that_forbid_what_was_listed_in_the_same_group_are_not_believed() -> None:
    pages = [accounts(OTHER), permissions(S, [])]
    seen = interpret(
        COLLECTOR, TENANT, pages, [missing(ACCOUNT), missing(f"{G}2/providers/{TYPE}/a")]
    )
    assert [one.kind for one in seen.absent] == [GapKind.NOT_ASKED, GapKind.DENIED]


def test_a_list_that_was_not_read_is_the_reason_for_all_it_hides() -> None:
    seen = interpret(COLLECTOR, TENANT, [refused_list()], [missing(ACCOUNT)])
    assert seen.absent[0].kind is GapKind.DENIED
    assert "its list could not be read" in seen.absent[0].detail


@pytest.mark.parametrize("code", ["ResourceNotFound", "SubscriptionNotFound", ""])
def test_a_list_that_was_not_found_proves_nothing_of_what_it_held(code: str) -> None:
    pages = [page("accounts", {"error": {"code": code, "message": "m"}}, status=404)]
    (absent,) = interpret(COLLECTOR, TENANT, pages, [missing(ACCOUNT)]).absent
    assert not absent.proved
    assert verdicts(TENANT, pages, missing(ACCOUNT, "good"))["good", ACCOUNT] == "unknown"


def _account(item: Item, _: Expectations) -> Verdict:
    return passed("encrypted") if item["good"] else failed("not encrypted")


def _few(accounts: Population, _: Expectations) -> dict[str, Verdict]:
    return {SUBSCRIPTION: passed(f"{len(accounts.items)} accounts")}


COLLECTOR = Collector(
    id="storage.example",
    title="Accounts",
    reads={
        "accounts": ResourceGraph(table="resources", types=(TYPE.lower(),)),
        "services": Arm(path="{id}/s", api_version="2023-05-01", per="resource", of="accounts"),
    },
    checks=(
        Check(
            id="good",
            title="Accounts are good",
            on="accounts",
            judge=_account,
            controls=("A.8.24",),
            remedy="az storage",
            owner=Owner.CLOUD,
        ),
        Check(
            id="few",
            title="Accounts are few",
            on="accounts",
            judge_all=_few,
            controls=("A.8.24",),
            remedy="az storage",
            owner=Owner.CLOUD,
        ),
        Check(
            id="service",
            title="Services are good",
            on="services",
            judge=_account,
            controls=("A.8.24",),
            remedy="az storage",
            owner=Owner.CLOUD,
        ),
    ),
)
SCOPE = Scope(SUBSCRIPTION)


def accounts(*ids: str) -> Exchange:
    rows = [{"id": one, "type": TYPE.lower(), "good": True} for one in ids]
    body = {"totalRecords": len(rows), "data": rows, "resultTruncated": "false"}
    return page("accounts", body)


def refused_list() -> Exchange:
    body = {"error": {"code": "AuthorizationFailed", "message": "m"}}
    return page("accounts", body, status=403)


def missing(item_id: str, *checks: str) -> Missing:
    return Missing(
        read="accounts", id=item_id, name="scans", checks=checks, last_seen="2026-11-27T02:00:00Z"
    )


def verdicts(scope: Scope, pages: list[Exchange], *missed: Missing) -> dict[tuple[str, str], str]:
    seen = interpret(COLLECTOR, scope, pages, missed)
    expected = Expectations(values={}, as_of=AT)
    return {
        (one.check_id.rsplit(".", 1)[-1], one.subject): one.verdict.status.value
        for one in judge(COLLECTOR, scope, seen, expected)
    }


def test_a_thing_that_is_refused_is_unknown_for_the_checks_that_had_answered_for_it() -> None:
    pages = [accounts(OTHER), refusal(ACCOUNT, 403, "AuthorizationFailed")]
    assert verdicts(TENANT, pages, missing(ACCOUNT, "good")) == {
        ("good", OTHER): "pass",
        ("good", ACCOUNT): "unknown",
        ("few", SUBSCRIPTION): "unknown",
    }


def test_a_thing_that_is_gone_leaves_no_verdict_and_no_gap() -> None:
    pages = [accounts(OTHER), refusal(ACCOUNT, 404, "ResourceNotFound")]
    assert verdicts(TENANT, pages, missing(ACCOUNT, "good")) == {
        ("good", OTHER): "pass",
        ("few", SUBSCRIPTION): "pass",
    }
    assert interpret(COLLECTOR, TENANT, pages, [missing(ACCOUNT)]).gaps == ()


def test_a_short_list_is_believed_in_what_it_shows_and_in_nothing_else() -> None:
    pages = [accounts(OTHER), page(PROOF, {"id": ACCOUNT}, subject=ACCOUNT)]
    assert verdicts(TENANT, pages, missing(ACCOUNT, "good")) == {
        ("good", OTHER): "pass",
        ("good", ACCOUNT): "unknown",
        ("good", "tenant"): "unknown",
        ("few", SUBSCRIPTION): "unknown",
        ("few", "tenant"): "unknown",
    }


def test_a_thing_that_only_another_list_names_is_unknown_for_every_check_it_might_have() -> None:
    named = Missing(read="accounts", id=ACCOUNT)
    assert verdicts(TENANT, [accounts(OTHER)], named)["good", ACCOUNT] == "unknown"
    assert verdicts(SCOPE, [accounts(OTHER), _service(OTHER)], named) == {
        ("service", OTHER): "pass",
        ("service", ACCOUNT): "unknown",
    }


def _service(parent: str) -> Exchange:
    return page("services", {"id": f"{parent}/s", "good": True}, subject=parent)


def test_a_parent_that_cannot_be_seen_hides_its_children_and_no_record_is_empty() -> None:
    pages = [accounts(), NO_STORAGE]
    seen = interpret(COLLECTOR, SCOPE, pages, [missing(ACCOUNT, "service")])
    assert {(gap.read, gap.subject, gap.kind.value) for gap in seen.gaps} == {
        ("accounts", ACCOUNT, "denied"),
        ("services", ACCOUNT, "denied"),
    }
    assert verdicts(SCOPE, pages, missing(ACCOUNT, "service")) == {("service", ACCOUNT): "unknown"}


def test_a_parent_that_is_gone_takes_its_children_along() -> None:
    pages = [accounts(), refusal(ACCOUNT, 404, "ResourceNotFound")]
    assert verdicts(SCOPE, pages, missing(ACCOUNT, "service")) == {}


def test_permissions_that_do_not_cover_a_list_put_the_subscription_in_doubt() -> None:
    doubt = Missing(read="accounts", id=S, all_of_them=True)
    pages = [accounts(), NO_STORAGE]
    assert verdicts(TENANT, pages, doubt) == {
        ("good", f"subscription/{SUBSCRIPTION}"): "unknown",
        ("few", SUBSCRIPTION): "unknown",
    }
    assert verdicts(SCOPE, pages, doubt) == {("service", f"subscription/{SUBSCRIPTION}"): "unknown"}
    assert verdicts(TENANT, [accounts(), READER], doubt) == {("few", SUBSCRIPTION): "pass"}


def test_what_could_not_be_asked_at_all_hides_what_was_seen_before_by_name() -> None:
    (gap,) = interpret(COLLECTOR, TENANT, [refused_list()]).gaps
    seen = unseen(COLLECTOR, SCOPE, gap, [missing(ACCOUNT, "service")])
    found = judge(COLLECTOR, SCOPE, seen, Expectations(values={}, as_of=AT))
    assert {(one.subject, one.verdict.status.value) for one in found} == {
        (ACCOUNT, "unknown"),
        (str(SCOPE), "unknown"),
    }


@given(
    left=st.sets(st.integers(0, 7)),
    answers=st.lists(st.sampled_from(sorted(FATES)), min_size=8, max_size=8),
)
def test_no_verdict_of_the_night_before_vanishes_without_a_proof_or_an_unknown(
    left: set[int], answers: list[str]
) -> None:
    ids = [f"{G}{place}/providers/{TYPE}/a{place}" for place in range(8)]
    before = verdicts(TENANT, [accounts(*ids)])
    missed = [missing(one, "good") for place, one in enumerate(ids) if place not in left]
    pages = [accounts(*(ids[place] for place in sorted(left)))]
    for place, answer in enumerate(answers):
        pages += [
            page(one.read, one.body, subject=ids[place], status=one.status or 0)
            for one in FATES[answer][0]
            if one.read == PROOF and one.subject == ACCOUNT
        ]

    now = verdicts(TENANT, pages, *missed)

    gone = {
        one.missing.id
        for one in interpret(COLLECTOR, TENANT, pages, missed).absent
        if one.kind is GapKind.GONE
    }
    for check, subject in before:
        if subject in gone:
            assert (check, subject) not in now
        elif subject in {one.id for one in missed}:
            assert now[check, subject] == "unknown"
        else:
            assert (check, subject) in now
