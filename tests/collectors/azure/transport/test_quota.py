"""Pacing by what Azure allows and by what its answers say."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.azure.transport.quota import (
    QUERIES,
    TENANT_READS,
    Quota,
    quota_reset_seconds,
    subscription_lane,
)
from tests.collectors.azure.fake_azure import Time

LANE = subscription_lane("AAAA")
LEFT = "x-ms-ratelimit-remaining-subscription-reads"


def quota(passing: Time) -> Quota:
    return Quota(passing.sleep, lambda: passing.seconds)


async def take(of: Quota, lane: object, times: int, headers: dict[str, str] | None = None) -> None:
    for _ in range(times):
        await of.take(lane)  # type: ignore[arg-type]
        of.answered(lane, headers or {})  # type: ignore[arg-type]


async def test_a_burst_goes_at_once_and_the_rest_at_the_refill(passing: Time) -> None:
    await take(quota(passing), LANE, 250)
    assert passing.seconds == 0

    await take(quota(passing), LANE, 275)
    assert round(passing.seconds, 3) == 1


async def test_subscriptions_and_the_tenant_have_their_own_buckets(passing: Time) -> None:
    of = quota(passing)
    for lane in (LANE, subscription_lane("bbbb"), TENANT_READS):
        await take(of, lane, 250)
    assert passing.seconds == 0
    assert subscription_lane("aaaa") == LANE


async def test_what_azure_says_is_left_replaces_our_count(passing: Time) -> None:
    of = quota(passing)
    await take(of, LANE, 1, {LEFT: "0"})
    await take(of, LANE, 1)
    assert round(passing.seconds, 3) == 0.04

    await take(of, LANE, 1, {LEFT: "249"})
    await take(of, LANE, 249)
    assert round(passing.seconds, 3) == 0.08


async def test_requests_under_way_are_not_counted_as_left(passing: Time) -> None:
    of = quota(passing)
    for _ in range(3):
        await of.take(LANE)
    of.answered(LANE, {LEFT: "2"})  # two are still flying: none is left
    await of.take(LANE)
    assert passing.seconds > 0


async def test_queries_go_fifteen_in_five_seconds(passing: Time) -> None:
    of = quota(passing)
    await take(of, QUERIES, 15)
    assert passing.seconds == 0
    await take(of, QUERIES, 16)
    assert passing.seconds == 10


async def test_a_lane_without_a_quota_is_not_paced(passing: Time) -> None:
    await take(quota(passing), None, 1000)
    assert passing.slept == []


@settings(deadline=None)
@given(st.text())
def test_any_reset_header_is_read_or_ignored(text: str) -> None:
    found = quota_reset_seconds({"x-ms-user-quota-resets-after": text})
    assert found is None or found >= 0


def test_the_reset_header_is_hours_minutes_and_seconds() -> None:
    assert quota_reset_seconds({"x-ms-user-quota-resets-after": "00:01:02.5"}) == 62.5


async def test_many_who_wait_are_let_through_one_by_one(passing: Time) -> None:
    of = quota(passing)
    await asyncio.gather(*(take(of, LANE, 10) for _ in range(30)))
    assert passing.seconds >= 2 - 1e-6  # 300 requests: 250 at once, 50 at 25 a second
