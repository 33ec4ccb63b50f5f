"""A file of a local store that no key names yet."""

import contextlib
import fcntl
import filecmp
import os
import uuid
from pathlib import Path

_READ_ONLY = 0o444


class InboxFile:
    """A new file in `folder`, locked while its writer lives so that no `sweep` takes it.

    Raises OSError. Close it: its temporary name is gone then, and any key it was linked to stays.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{os.getpid()}-{uuid.uuid4().hex}"
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "w+b")
        with contextlib.ExitStack() as unlocked:
            unlocked.callback(self.close)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            unlocked.pop_all()

    def write(self, piece: bytes) -> None:
        """Put these bytes after those that are there."""
        self._file.write(piece)

    def read(self) -> bytes:
        """All bytes from the first; more can be written after them."""
        self._file.seek(0)
        return self._file.read()

    def is_the_same(self, path: Path) -> bool:
        """Has another file these bytes? Neither is in memory as a whole."""
        self._file.flush()
        return path.is_file() and filecmp.cmp(self.path, path, shallow=False)

    def make_durable(self) -> None:
        """All bytes are on the disk, for reading only, when this returns."""
        self._file.flush()
        os.fchmod(self._file.fileno(), _READ_ONLY)
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Give the temporary name up."""
        self.path.unlink(missing_ok=True)
        self._file.close()


def sweep(folder: Path) -> None:
    """Remove what a killed process left half written."""
    for left in folder.glob("*"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()
