"""Long work that was asked for over HTTP: one thread, in the order asked."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from traceback import format_exception
from types import TracebackType
from typing import Self, TypeVar

import structlog

from app.errors import AppError, OverloadedError, UnavailableError, WriterBusyError
from app.services.home.turns import Turns

LOG = structlog.get_logger()
T = TypeVar("T")
WAITING = 64
"""Pieces of work that may wait; more is refused, so that nobody can fill the memory."""
RETRY_SECONDS = 2.0
"""Between two looks whether another writer has finished."""


class Background:
    """Works off what is submitted, one after the other; a due night goes first (`turns`)."""

    def __init__(
        self,
        retry_seconds: float = RETRY_SECONDS,
        *,
        waiting: int = WAITING,
        turns: Turns | None = None,
    ) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="annexa-background")
        self._stopping = threading.Event()
        self._waiting, self._places = waiting, threading.BoundedSemaphore(waiting)
        self._retry_seconds = retry_seconds
        self.turns = turns or Turns()
        """What a long piece of work is halted by."""

    def submit(self, what: str, work: Callable[[], T]) -> "Future[T]":
        """Queue it. Raises OverloadedError when too much waits already, UnavailableError.

        Whatever the work raises stays in the future and is logged; it reaches nobody else.
        """
        with self.place(what) as place:
            return place.fill(work)

    def place(self, what: str) -> "Place":
        """A place in the queue, held before anything is written down that the work has to keep.

        Raises OverloadedError when there is none, UnavailableError when this annexa is stopping.
        """
        if self._stopping.is_set():
            raise UnavailableError(f"{what} cannot be taken on now: this annexa is stopping")
        if not self._places.acquire(blocking=False):
            raise OverloadedError(
                f"{what} is not taken on: {self._waiting} pieces of work wait already, and nothing "
                "of it was kept; ask again later"
            )
        return Place(self, what)

    def stop(self) -> None:
        """Begin nothing more and wait for what is in work; whatever waited can be resumed."""
        self._stopping.set()
        self.turns.close()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def give_back(self) -> None:
        """A place is free again. Only for `Place`."""
        self._places.release()

    def queue(self, what: str, work: Callable[[], T]) -> "Future[T]":
        """Queue what holds a place. Only for `Place`. Raises UnavailableError."""
        try:
            future = self._pool.submit(self._in_turn, work)
        except RuntimeError as error:  # the pool was shut down meanwhile
            raise UnavailableError(f"{what} is not begun: this annexa is stopping") from error
        future.add_done_callback(lambda done: self._told(what, done))
        return future

    def _in_turn(self, work: Callable[[], T]) -> T:
        while True:
            try:
                with self.turns.order():
                    return work()
            except WriterBusyError:
                if self._stopping.wait(self._retry_seconds):
                    raise

    def _told(self, what: str, done: "Future[T]") -> None:
        self._places.release()
        match None if done.cancelled() else done.exception():
            case None:
                pass
            case AppError() as error:
                LOG.warning("background_failed", what=what, code=error.kind, reason=error.message)
            case error:
                text = "".join(format_exception(error))
                LOG.error("background_fault", what=what, traceback=text)


class Place:
    """One place in the queue: filled once, or given back at the end of its block."""

    def __init__(self, background: Background, what: str) -> None:
        self._background, self._what = background, what
        self._held = True

    def fill(self, work: Callable[[], T]) -> "Future[T]":
        """Queue this work. Raises UnavailableError when this annexa is stopping."""
        future = self._background.queue(self._what, work)
        self._held = False  # the work gives it back
        return future

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._held:
            self._held = False
            self._background.give_back()
