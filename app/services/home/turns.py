"""Whose turn it is to write: a due night before whatever people asked for."""

import contextlib
import threading
from collections.abc import Iterator

from app.errors import WriterBusyError
from app.services.home.halt import Halt


class Turns:
    """One works at a time in this process; a night that waits goes before every order.

    The log has one writer whoever asks (`Ports.writer`). This only settles who is next here, so
    that a long queue of packs cannot keep a night from beginning.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._nights = 0
        """Nights that wait or are in work."""
        self._taken = self._closed = False
        self.halt = Halt()
        """Said at the end: a night in work ends, and goes on at the next start."""

    @contextlib.contextmanager
    def night(self) -> Iterator[None]:
        """Wait for the order in work, if there is one, then be alone."""
        with self._changed:
            self._nights += 1
            self._changed.wait_for(lambda: not self._taken)
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._nights -= 1
                self._taken = False
                self._changed.notify_all()

    @contextlib.contextmanager
    def order(self) -> Iterator[None]:
        """Wait for every night, then be alone. Raises WriterBusyError once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not (self._taken or self._nights))
            if self._closed:
                raise WriterBusyError("a night is collected here, and this annexa is stopping")
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()

    def close(self) -> None:
        """Nothing begins from now on, and the night in work is halted.

        Orders that wait end with WriterBusyError.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.halt.say()
