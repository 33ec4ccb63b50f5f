"""Questions that cost much: few at once, a bounded queue, one answer for all who ask the same."""

import asyncio
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from app.errors import OverloadedError, UnavailableError

T = TypeVar("T")
WORKERS = 2
WAITING = 32


class SharedAnswers:
    """Answers questions in threads of its own. Safe for several threads."""

    def __init__(self, workers: int = WORKERS, waiting: int = WAITING) -> None:
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="annexa-answers")
        self._most = workers + waiting
        self._lock = threading.Lock()
        self._asked: dict[Hashable, Future[Any]] = {}

    def ask(self, question: Hashable, work: Callable[[], T]) -> "Future[T]":
        """The answer to come. A question that is being answered already is not asked twice.

        Equal questions have to mean equal work. Raises OverloadedError when as many as may are
        waiting or in work, UnavailableError when this annexa is stopping.
        """
        with self._lock:
            known = self._asked.get(question)
            if known is not None:
                return known
            if len(self._asked) >= self._most:
                raise OverloadedError(
                    f"{len(self._asked)} questions that cost much wait already; ask again later"
                )
            try:
                future = self._pool.submit(work)
            except RuntimeError as error:
                raise UnavailableError("this annexa is stopping") from error
            self._asked[question] = future
        future.add_done_callback(lambda _: self._answered(question))
        return future

    async def answer(self, question: Hashable, work: Callable[[], T]) -> T:
        """The same for who awaits it. Who no longer waits does not take it from the others.

        Raises what the work raises.
        """
        return await asyncio.shield(asyncio.wrap_future(self.ask(question, work)))

    def stop(self) -> None:
        """Begin nothing more and wait for what is in work."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _answered(self, question: Hashable) -> None:
        with self._lock:
            del self._asked[question]
