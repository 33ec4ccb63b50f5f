"""Bytes on their way into a local store: a file of the store itself, written once."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from app.store.local.errors import disk_errors
from app.store.local.inbox import InboxFile


class LocalStage:
    """Implements `app.store.base.Stage` with a file that `publish` links to its key."""

    def __init__(
        self, root: Path, incoming: InboxFile, publish: Callable[[str, InboxFile], bool]
    ) -> None:
        self._root, self._incoming, self._publish = root, incoming, publish

    def write(self, piece: bytes) -> None:
        """Append. Raises UnavailableError if the disk refuses."""
        with disk_errors(self._root, "written"):
            self._incoming.write(piece)

    def read(self) -> bytes:
        """All that was written. Raises UnavailableError."""
        with disk_errors(self._root, "read"):
            return self._incoming.read()

    def publish(self, key: str) -> bool:
        """As `LocalStore.put_once`, and then discarded."""
        with contextlib.ExitStack() as done:
            done.callback(self.discard)
            return self._publish(key, self._incoming)

    def discard(self) -> None:
        """Nothing of it is left, but what was published."""
        with contextlib.suppress(OSError):  # unwritten bytes of a full disk; nobody wants them
            self._incoming.close()
