"""Costly questions: asked once however many ask, few at once, and refused when too many wait."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.errors import OverloadedError, UnavailableError
from app.services.home.shared_answers import SharedAnswers
from tests.patience import PATIENCE


def test_sixty_who_ask_the_same_get_the_answer_of_one_asking() -> None:
    answers, go, worked = SharedAnswers(2, 2), threading.Event(), list[int]()

    def work() -> str:
        worked.append(1)
        go.wait(PATIENCE)
        return "found"

    with ThreadPoolExecutor(60) as many:
        asked = list(many.map(lambda _: answers.ask("verification", work), range(60)))
    go.set()

    assert {one.result(PATIENCE) for one in asked} == {"found"}
    assert len(worked) == 1
    answers.stop()


def test_a_question_answered_before_is_asked_anew() -> None:
    answers, worked = SharedAnswers(), list[int]()

    for _ in range(3):
        answers.ask("verification", lambda: worked.append(1)).result(PATIENCE)
        answers.ask("other", lambda: None).result(PATIENCE)

    assert len(worked) == 3
    answers.stop()


def test_no_more_are_at_work_than_may_be_and_no_more_wait_than_may() -> None:
    answers, go, lock = SharedAnswers(2, 3), threading.Event(), threading.Lock()
    at_once, most = 0, 0

    def work() -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        go.wait(PATIENCE)
        with lock:
            at_once -= 1

    taken = [answers.ask(number, work) for number in range(5)]
    with pytest.raises(OverloadedError, match="ask again later"):
        answers.ask("one too many", work)
    assert answers.ask(4, work) is taken[4]  # who joins takes no place
    go.set()
    for one in taken:
        one.result(PATIENCE)

    assert most == 2
    assert answers.ask("now there is room", lambda: "done").result(PATIENCE) == "done"
    answers.stop()


def test_a_fault_is_everybodys_who_asked_and_nobodys_after() -> None:
    answers, go = SharedAnswers(), threading.Event()

    def broken() -> None:
        go.wait(PATIENCE)
        raise ValueError("a fault")

    asked = [answers.ask("question", broken) for _ in range(3)]
    go.set()

    assert {type(one.exception(PATIENCE)) for one in asked} == {ValueError}
    assert answers.ask("question 2", lambda: "fine").result(PATIENCE) == "fine"
    answers.stop()


def test_nothing_is_answered_once_stopped() -> None:
    answers = SharedAnswers()
    answers.stop()

    with pytest.raises(UnavailableError, match="stopping"):
        answers.ask("question", lambda: None)
