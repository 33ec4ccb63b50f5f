"""Bytes on their way into a store that takes whole objects only."""

import contextlib
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile

from app.errors import UnavailableError


class TemporaryStage:
    """Implements `app.store.base.Stage` with a file without a name in the folder for such files.

    What was read is what is published: the bytes are in memory once, and from `read` on only.
    """

    def __init__(self, put_once: Callable[[str, bytes], bool]) -> None:
        self._put_once = put_once
        self._body: bytes | None = None
        with _temporary_errors():
            self._file = TemporaryFile()  # noqa: SIM115 - closed by discard

    def write(self, piece: bytes) -> None:
        """Append. Raises UnavailableError if the disk for temporary files refuses."""
        self._body = None
        with _temporary_errors():
            self._file.write(piece)

    def read(self) -> bytes:
        """All that was written. Raises UnavailableError."""
        if self._body is None:
            with _temporary_errors():
                self._file.seek(0)
                self._body = self._file.read()
        return self._body

    def publish(self, key: str) -> bool:
        """As the store's `put_once`, and then discarded."""
        with contextlib.ExitStack() as done:
            done.callback(self.discard)
            return self._put_once(key, self.read())

    def discard(self) -> None:
        """Nothing of it is left, but what was published."""
        self._body = None
        with contextlib.suppress(OSError):  # unwritten bytes of a full disk; nobody wants them
            self._file.close()


@contextlib.contextmanager
def _temporary_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"The folder for temporary files cannot be used ({error.strerror or error}): free some "
            "space in /tmp, or name another folder in the variable TMPDIR, then run the command "
            "again."
        ) from error
