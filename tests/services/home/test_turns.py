"""A due night goes before everything that people asked for."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.errors import WriterBusyError
from app.services.home.background import Background
from app.services.home.turns import Turns
from tests.patience import PATIENCE


def test_a_night_waits_for_the_order_in_work_and_for_no_other() -> None:
    turns, done = Turns(), list[str]()
    background, at_work, go = Background(turns=turns), threading.Event(), threading.Event()

    def first() -> None:
        at_work.set()
        go.wait(PATIENCE)
        done.append("order 0")

    background.submit("order 0", first)
    assert at_work.wait(PATIENCE)
    rest = [
        background.submit(f"order {n}", lambda n=n: done.append(f"order {n}")) for n in range(1, 20)
    ]

    def night() -> None:
        with turns.night():
            done.append("night")

    with ThreadPoolExecutor(1) as schedule:
        waiting = schedule.submit(night)
        while not turns._nights:
            assert not waiting.done()
        go.set()
        waiting.result(PATIENCE)
    for one in rest:
        one.result(PATIENCE)
    background.stop()

    assert done[:2] == ["order 0", "night"]
    assert len(done) == 21


def test_an_order_that_waits_for_a_night_ends_when_annexa_stops() -> None:
    turns = Turns()
    background = Background(retry_seconds=PATIENCE, turns=turns)

    with turns.night():
        waiting = background.submit("order", lambda: "done")
        background.stop()

    assert isinstance(waiting.exception(PATIENCE), WriterBusyError) or waiting.cancelled()


def test_no_order_begins_once_closed() -> None:
    turns = Turns()
    turns.close()

    with pytest.raises(WriterBusyError, match="stopping"), turns.order():
        pass
