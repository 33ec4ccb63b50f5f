"""A word to what is in work that it is to end: a night that was told goes on at the next start."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from app.errors import StoppedError

T = TypeVar("T")


class Halt:
    """Said once, from any thread; whatever runs under it, now or later, ends with StoppedError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said = False
        self._running: dict[asyncio.Task[Any], asyncio.AbstractEventLoop] = {}

    @property
    def said(self) -> bool:
        """Whether it was."""
        return self._said

    def say(self) -> None:
        """End what runs; begin nothing more."""
        with self._lock:
            self._said = True
            for task, loop in self._running.items():
                loop.call_soon_threadsafe(task.cancel)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """`asyncio.run`, until it is said. What was handed to a thread is finished first.

        Raises StoppedError once said, and whatever the work raises.
        """
        return asyncio.run(self._until_said(work))

    async def _until_said(self, work: Coroutine[Any, Any, T]) -> T:
        with self._lock:
            if self._said:
                work.close()
                raise _stopped()
            task = asyncio.ensure_future(work)
            self._running[task] = asyncio.get_running_loop()
        try:
            return await task
        except asyncio.CancelledError:
            if task.cancelled() and self._said:
                raise _stopped() from None
            raise
        finally:
            with self._lock:
                del self._running[task]


def _stopped() -> StoppedError:
    return StoppedError("this annexa was told to stop; what it began goes on at the next start")
