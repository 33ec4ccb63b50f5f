"""Long work is done in the order asked, waits its turn, and is refused when too much waits."""

import threading

import pytest

from app.errors import OverloadedError, UnavailableError, WriterBusyError
from app.services.home.background import WAITING, Background
from tests.patience import PATIENCE


def test_work_is_done_in_the_order_asked() -> None:
    background, done = Background(), list[int]()

    for number in range(20):
        last = background.submit("work", lambda n=number: done.append(n))
    last.result(PATIENCE)
    background.stop()

    assert done == list(range(20))


def test_work_that_meets_another_writer_is_tried_again() -> None:
    background, tries = Background(retry_seconds=0.01), list[str]()

    def busy_twice() -> str:
        tries.append("try")
        if len(tries) < 3:
            raise WriterBusyError("another annexa writes")
        return "done"

    assert background.submit("work", busy_twice).result(PATIENCE) == "done"
    background.stop()


def test_stopping_ends_the_waiting_for_another_writer() -> None:
    background, tried = Background(retry_seconds=PATIENCE), threading.Event()

    def busy() -> None:
        tried.set()
        raise WriterBusyError("another annexa writes")

    waiting = background.submit("work", busy)
    assert tried.wait(PATIENCE)
    behind = background.submit("more work", lambda: None)
    background.stop()

    assert isinstance(waiting.exception(PATIENCE), WriterBusyError)
    assert behind.cancelled()


def test_more_than_can_wait_is_refused_and_room_is_made_again() -> None:
    background, go = Background(), threading.Event()
    taken = [background.submit("work", lambda: go.wait(PATIENCE)) for _ in range(WAITING)]

    with pytest.raises(UnavailableError, match="ask again later"):
        background.submit("one too many", lambda: None)
    go.set()
    for one in taken:
        assert one.result(PATIENCE)
    assert background.submit("now there is room", lambda: "done").result(PATIENCE) == "done"
    background.stop()


def test_a_place_that_is_not_filled_is_given_back() -> None:
    background = Background(waiting=1)

    for _ in range(3):
        with background.place("work"), pytest.raises(OverloadedError, match="nothing of it"):
            background.place("other work")
    assert background.submit("now there is room", lambda: "done").result(PATIENCE) == "done"
    background.stop()


def test_a_fault_stays_in_its_own_work() -> None:
    background = Background()

    def broken() -> None:
        raise ValueError("a fault")

    fault = background.submit("broken", broken)
    after = background.submit("after", lambda: "done")

    assert isinstance(fault.exception(PATIENCE), ValueError)
    assert after.result(PATIENCE) == "done"
    background.stop()


def test_nothing_is_taken_on_once_stopped() -> None:
    background = Background()
    background.stop()

    with pytest.raises(UnavailableError):
        background.submit("late", lambda: None)
