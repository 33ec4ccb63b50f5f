"""Guessing tokens is slowed down, without hurting who has a right one, in bounded memory."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.api.application import create_app
from app.api.http.wrong_tokens import ADDRESSES, ALL, WrongTokens, origin
from tests.api.conftest import Served

MANY = 20
"""The setting's default."""


def _guess(number: int = 0) -> dict[str, str]:
    return {"Authorization": f"Bearer aev_guess_{number:043}"}


@pytest.fixture
def guessed(served: Served) -> Iterator[tuple[TestClient, TestClient]]:
    """An application that was asked with as many wrong tokens as may be, from one of two places."""
    app = create_app(served.ports)
    bad = TestClient(app, client=("203.0.113.7", 50000))
    good = TestClient(app, client=("203.0.113.8", 50000))
    with bad, good:
        answers = [bad.get("/v1/runs", headers=_guess(n)) for n in range(MANY)]
        assert {answer.status_code for answer in answers} == {401}
        yield bad, good


def test_who_goes_on_guessing_is_told_to_wait(guessed: tuple[TestClient, TestClient]) -> None:
    bad, _ = guessed

    answer = bad.get("/v1/runs", headers=_guess())

    assert answer.status_code == 429
    assert answer.json()["type"] == "/problems/too_many_wrong_tokens"
    assert int(answer.headers["retry-after"]) > 0


def test_a_right_token_is_let_in_from_there_and_elsewhere(
    guessed: tuple[TestClient, TestClient], served: Served
) -> None:
    right = {"Authorization": f"Bearer {served.tokens['all']}"}

    assert [one.get("/v1/runs", headers=right).status_code for one in guessed] == [200, 200]


def test_a_wrong_token_from_elsewhere_is_answered_as_ever(
    guessed: tuple[TestClient, TestClient],
) -> None:
    _, good = guessed
    assert good.get("/v1/runs", headers=_guess()).status_code == 401


def test_who_brings_no_token_is_not_counted(served: Served) -> None:
    with TestClient(create_app(served.ports)) as client:
        answers = [client.get("/v1/runs") for _ in range(MANY + 5)]
    assert {answer.status_code for answer in answers} == {401}


def test_it_is_forgiven_with_time() -> None:
    wrong = WrongTokens(60)
    for _ in range(60):
        wrong.count("192.0.2.1", 100.0)

    wait = wrong.wait("192.0.2.1", 100.0)

    assert 0 < wait <= 2
    assert wrong.wait("192.0.2.1", 100.0 + wait) == 0


def test_many_addresses_together_are_slowed_down_and_take_bounded_memory() -> None:
    wrong = WrongTokens(2 * ADDRESSES // ALL)
    for number in range(2 * ADDRESSES):
        wrong.count(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0)

    assert wrong.wait("192.0.2.1", 0.0) > 0
    assert len(wrong._of) == ADDRESSES


@given(st.lists(st.tuples(st.floats(0, 600), st.booleans()), max_size=80), st.integers(1, 50))
def test_the_wait_is_never_longer_than_two_minutes(
    tries: list[tuple[float, bool]], a_minute: int
) -> None:
    wrong, now = WrongTokens(a_minute), 0.0
    for later, again in tries:
        now += later
        wrong.count("192.0.2.1" if again else "192.0.2.2", now)
        wait = wrong.wait("192.0.2.1", now)
        assert 0 <= wait <= 120
        assert wrong.wait("192.0.2.1", now + wait) == 0


def test_a_network_of_one_household_is_one_address() -> None:
    assert origin("2001:db8::1") == origin("2001:db8::ffff:1") != origin("2001:db8:0:1::1")
    assert origin("::ffff:192.0.2.1") == origin("192.0.2.1") == "192.0.2.1"
    assert origin("testclient") == ""
