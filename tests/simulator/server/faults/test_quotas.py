"""Token buckets and windows, by a clock of our own."""

from typing import Any

from simulator.server.faults.quotas import TokenBuckets, Windows


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    hand = Hand()
    buckets = TokenBuckets(capacity=250, refill=25, monotonic=hand)
    grants = [buckets.take("a") for _ in range(251)]
    assert all(grant.allowed for grant in grants[:250])
    assert not grants[250].allowed
    assert grants[250].wait_seconds == 1
    assert buckets.take("b").remaining == 249
    hand.now = 2.0
    assert [buckets.take("a").allowed for _ in range(51)].count(True) == 50


def test_a_window_counts_and_starts_over() -> None:
    hand = Hand()
    windows = Windows(limit=15, seconds=5, monotonic=hand)
    assert [windows.take("a").remaining for _ in range(15)] == list(range(14, -1, -1))
    hand.now = 3.5
    refused = windows.take("a")
    assert (refused.allowed, refused.wait_seconds) == (False, 2)
    assert windows.take("b").allowed
    hand.now = 5.0
    assert windows.take("a").allowed


def test_arm_throttles_one_subscription_and_not_the_others(throttled: Any) -> None:
    path = f"/subscriptions/{throttled.process.subscriptions[0]}?api-version=2022-12-01"
    answers = [throttled.get(path) for _ in range(600)]
    refused = next(each for each in answers if each.status_code == 429)
    assert refused.json()["error"]["code"] == "SubscriptionRequestsThrottled"
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["x-ms-ratelimit-remaining-subscription-reads"] == "0"
    assert throttled.get("/subscriptions?api-version=2022-12-01").status_code == 200
