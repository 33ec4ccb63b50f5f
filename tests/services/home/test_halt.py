"""A night in work ends when it is told to, with what it handed to threads finished."""

import asyncio
import threading

import pytest

from app.errors import StoppedError
from app.services.home.halt import Halt
from tests.patience import PATIENCE


def test_what_runs_ends_and_what_it_handed_to_a_thread_is_finished() -> None:
    halt, began, go, done = Halt(), threading.Event(), threading.Event(), list[str]()

    def seal() -> None:
        began.set()
        go.wait(PATIENCE)
        done.append("sealed")

    async def night() -> None:
        await asyncio.to_thread(seal)
        await asyncio.sleep(PATIENCE)

    def told() -> None:
        assert began.wait(PATIENCE)
        halt.say()
        go.set()

    teller = threading.Thread(target=told)
    teller.start()
    with pytest.raises(StoppedError, match="goes on at the next start"):
        halt.run(night())
    teller.join()

    assert done == ["sealed"]


def test_nothing_begins_once_it_is_said() -> None:
    halt, began = Halt(), list[str]()

    async def night() -> None:
        began.append("night")

    halt.say()
    with pytest.raises(StoppedError):
        halt.run(night())

    assert not began


def test_a_night_that_nobody_halts_answers_and_fails_as_it_would() -> None:
    async def answers() -> int:
        return 7

    async def fails() -> None:
        raise ValueError("its own")

    assert Halt().run(answers()) == 7
    with pytest.raises(ValueError, match="its own"):
        Halt().run(fails())
