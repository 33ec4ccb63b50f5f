"""Long work that was asked for over HTTP: one thread, in the order asked."""

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import structlog

from app.errors import AppError, UnavailableError, WriterBusyError

LOG = structlog.get_logger()
T = TypeVar("T")
WAITING = 64
"""Pieces of work that may wait; more is refused, so that nobody can fill the memory."""
RETRY_SECONDS = 2.0
"""Between two looks whether another writer has finished."""


class Background:
    """Works off what is submitted, one after the other."""

    def __init__(self, retry_seconds: float = RETRY_SECONDS) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="annexa-background")
        self._stopping = threading.Event()
        self._room = threading.BoundedSemaphore(WAITING)
        self._retry_seconds = retry_seconds

    def submit(self, what: str, work: Callable[[], T]) -> "Future[T]":
        """Queue it. Raises UnavailableError when too much waits already.

        Whatever the work raises stays in the future and is logged; it reaches nobody else.
        """
        if self._stopping.is_set() or not self._room.acquire(blocking=False):
            raise UnavailableError(
                f"{what} cannot be taken on now: {WAITING} pieces of work wait already, or this "
                "annexa is stopping; ask again later"
            )
        future = self._pool.submit(self._in_turn, work)
        future.add_done_callback(lambda done: self._told(what, done))
        return future

    def stop(self) -> None:
        """Begin nothing more and wait for what is in work; whatever waited can be resumed."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _in_turn(self, work: Callable[[], T]) -> T:
        while True:
            try:
                return work()
            except WriterBusyError:
                if self._stopping.wait(self._retry_seconds):
                    raise

    def _told(self, what: str, done: "Future[T]") -> None:
        self._room.release()
        match None if done.cancelled() else done.exception():
            case None:
                pass
            case AppError() as error:
                LOG.warning("background_failed", what=what, code=error.kind, reason=error.message)
            case error:
                text = "".join(traceback.format_exception(error))
                LOG.error("background_fault", what=what, traceback=text)
