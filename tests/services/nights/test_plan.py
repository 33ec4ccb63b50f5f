"""A tenant never gets smaller in silence."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from app.services.nights.plan import UNLISTED, Subscriptions, planned_jobs, subscriptions_of
from collectors.kit import TENANT, Exchange, GapKind, Scope
from collectors.kit.catalogue.registry import all_collectors, collector_by_id
from collectors.kit.interpret import interpret

A, B, C = (f"{n}0000000-0000-0000-0000-000000000000" for n in "abc")
AT = datetime(2026, 1, 15, 2, tzinfo=UTC)


def listed(elements: Iterable[object], *, status: int = 200) -> Exchange:
    return Exchange(
        read="subscriptions",
        subject=None,
        method="GET",
        url="https://management.azure.com/subscriptions",
        api_version="2022-12-01",
        status=status,
        body=json.dumps({"value": list(elements)}).encode(),
        started_at=AT,
        finished_at=AT,
    )


def element(subscription: str | None) -> dict[str, object]:
    found: dict[str, object] = {"id": f"/subscriptions/{subscription}", "state": "Enabled"}
    return found if subscription is None else {**found, "subscriptionId": subscription}


def reconciled(
    page: Exchange, *, chosen: tuple[str, ...] = (), known: tuple[str, ...] = ()
) -> Subscriptions:
    seen = interpret(collector_by_id("inventory.resources"), TENANT, (page,))
    return subscriptions_of(seen, (page,), chosen=chosen, known=known)


def test_every_listed_subscription_is_asked() -> None:
    found = reconciled(listed([element(A.upper()), element(B)]), known=(A,))

    assert found.ids == (A, B)
    assert found.lost == {}


@pytest.mark.parametrize("chosen", [(), (A, B)])
def test_a_subscription_that_is_known_and_not_listed_is_a_gap(chosen: tuple[str, ...]) -> None:
    found = reconciled(listed([element(A)]), chosen=chosen, known=(A, B))

    assert found.ids == (A,)
    assert {scope: gap.kind for scope, gap in found.lost.items()} == {Scope(B): GapKind.NOT_ASKED}


def test_a_choice_narrows_what_is_asked_and_what_is_missed() -> None:
    found = reconciled(listed([element(A), element(B)]), chosen=(B,), known=(A, B, C))

    assert found.ids == (B,)
    assert found.lost == {}


def test_where_none_of_the_chosen_is_listed_no_other_is_asked_instead() -> None:
    found = reconciled(listed([element(A), element(B)]), chosen=(C,), known=(A, C))

    assert found.ids == ()
    assert set(found.lost) == {Scope(C)}


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (listed([]), GapKind.DENIED),
        (listed([], status=403), GapKind.DENIED),
        (listed([element(A), element(None)]), GapKind.MALFORMED),
    ],
)
def test_a_list_that_may_hide_some_stands_for_those_nobody_can_name(
    page: Exchange, kind: GapKind
) -> None:
    found = reconciled(page)

    assert found.lost[UNLISTED].kind is kind
    blind = [job for job in planned_jobs(all_collectors(), found) if job.scope == UNLISTED]
    assert len(blind) == len([job for job in blind if job.collector.reads])
    assert blind


SHELL = {"subscriptionPolicies": {"quotaId": "AAD_2015-09-01"}}


def test_a_billing_shell_is_listed_and_not_asked() -> None:
    page = listed([element(A), {**(element(B)), **SHELL}])

    found = reconciled(page, known=(A, B))

    assert (found.ids, found.shells, dict(found.lost)) == ((A,), (B,), {})


@pytest.mark.parametrize("why", ["chosen", "holding"])
def test_a_shell_that_was_chosen_or_holds_something_is_asked(why: str) -> None:
    page = listed([element(A), {**element(B), **SHELL}])
    seen = interpret(collector_by_id("inventory.resources"), TENANT, (page,))
    told = {"chosen": (), "holding": (), why: (B,)}

    found = subscriptions_of(seen, (page,), known=(), **told)

    assert B in found.ids
    assert found.shells == ()


def test_a_list_that_is_not_found_proves_of_no_subscription_that_it_is_gone() -> None:
    found = reconciled(listed([], status=404), known=(A, B))

    kinds = {scope: gap.kind for scope, gap in found.lost.items() if scope != UNLISTED}
    assert kinds == dict.fromkeys((Scope(A), Scope(B)), GapKind.UNAVAILABLE)


@pytest.mark.parametrize("status", [403, 429, 500])
def test_why_the_list_failed_is_told_of_every_subscription(status: int) -> None:
    found = reconciled(listed([], status=status), known=(A, B))

    assert set(found.lost) == {Scope(A), Scope(B), UNLISTED}
    assert {gap.detail for gap in found.lost.values()} == {
        f"Azure answered HTTP {status} after 1 try"
    }
