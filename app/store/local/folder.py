"""Write-once objects in a local folder: tamper-evident only, since whoever owns a disk can edit it.

An object is written under a temporary name, synced, and linked to its final name. link(2) refuses
an existing name, so of several writers exactly one succeeds, and a reader sees all bytes or none.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from app.errors import NotFoundError, StoreConflictError
from app.store.base import Guarantee, Protection, Stored
from app.store.keys import checked_key, checked_prefix
from app.store.local.errors import disk_errors
from app.store.local.inbox import InboxFile, sweep
from app.store.local.stage import LocalStage
from app.store.local.writer_lock import writer_lock

_INCOMING = ".incoming"
_LOCK = ".writer.lock"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LocalStore:
    """Write-once objects below one folder, which is made when first written to.

    `now` dates the writer's mark for people; nothing sealed depends on it.
    """

    def __init__(self, root: Path, *, now: Callable[[], datetime] = _utc_now) -> None:
        self._root = root.absolute()
        self._now = now
        self._count, self._count_lock = 0, threading.Lock()

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    @property
    def label(self) -> str:
        """What this store guarantees."""
        return "local (tamper-evident only)"

    def put_once(self, key: str, data: bytes) -> bool:
        """Write durably. True if written now, False if the same bytes were there.

        Raises StoreConflictError if other bytes are there, UnavailableError if the disk refuses.
        """
        path = self._root / checked_key(key)
        with disk_errors(self._root, "written"):
            if path.exists():
                return self._found(key, same=path.is_file() and path.read_bytes() == data)
            with contextlib.closing(self._incoming()) as incoming:
                incoming.write(data)
                return self._named(key, incoming)

    def stage(self) -> LocalStage:
        """A file of the store, for a body that arrives in pieces. Raises UnavailableError."""
        with disk_errors(self._root, "written"):
            return LocalStage(self._root, self._incoming(), self._publish)

    def get(self, key: str) -> bytes:
        """Read all bytes. Raises NotFoundError."""
        path = self._root / checked_key(key)
        with disk_errors(self._root, "read"):
            try:
                return path.read_bytes()
            except (FileNotFoundError, IsADirectoryError):
                raise NotFoundError(f"The store {self._root} holds no object {key}.") from None

    def list(self, prefix: str) -> Iterator[str]:
        """Keys that begin with this text, ascending; what is being written is not listed."""
        folder = checked_prefix(prefix).rpartition("/")[0]
        with disk_errors(self._root, "read"):
            for key in _walk(self._root / folder, folder + "/" if folder else ""):
                if key.startswith(prefix):
                    yield key

    def protection(self, key: str) -> Protection:
        """Nothing but evidence of tampering. Raises NotFoundError."""
        if not (self._root / checked_key(key)).is_file():
            raise NotFoundError(f"The store {self._root} holds no object {key}.")
        return Protection(mode="tamper-evident only")

    def take_stored(self) -> Stored:
        """How many objects this process wrote since it last asked; a folder tells no more."""
        with self._count_lock:
            taken, self._count = self._count, 0
        return Stored(objects=taken)

    def guarantee(self) -> Guarantee:
        """Nothing but evidence of tampering."""
        return Guarantee(
            label=self.label,
            write_once=False,
            detail="A local folder is tamper-evident only: whoever owns the disk can change or "
            "delete objects, and `annexa verify` finds that out.",
        )

    def writer(self, purpose: str) -> AbstractContextManager[None]:
        """Be the only writer until the block ends or the process dies.

        Raises WriterBusyError naming the other's process id and purpose.
        """
        return self._writer(purpose)

    @contextlib.contextmanager
    def _writer(self, purpose: str) -> Iterator[None]:
        with contextlib.ExitStack() as held:
            with disk_errors(self._root, "written"):
                self._make_folder(self._root)
                lock = writer_lock(self._root / _LOCK, purpose, since=self._now())
                held.enter_context(lock)
                sweep(self._root / _INCOMING)
            yield

    def _publish(self, key: str, incoming: InboxFile) -> bool:
        path = self._root / checked_key(key)
        with disk_errors(self._root, "written"):
            if path.exists():
                return self._found(key, same=incoming.is_the_same(path))
            return self._named(key, incoming)

    def _named(self, key: str, incoming: InboxFile) -> bool:
        """The one step that makes it an object: link(2), after its bytes are durable."""
        path = self._root / key
        self._make_folder(path.parent)
        incoming.make_durable()
        try:
            os.link(incoming.path, path)
        except FileExistsError:
            return self._found(key, same=incoming.is_the_same(path))
        _sync_folder(path.parent)
        with self._count_lock:
            self._count += 1
        return True

    def _found(self, key: str, *, same: bool) -> bool:
        if not same:
            raise StoreConflictError(
                f"The store {self._root} already holds {key} with other bytes: sealed evidence is "
                "never replaced. Check that only one log writes to this store."
            )
        _sync_folder((self._root / key).parent)  # whoever linked it may not have synced yet
        return False

    def _incoming(self) -> InboxFile:
        folder = self._root / _INCOMING
        self._make_folder(folder)
        return InboxFile(folder)

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        if folder != self._root:
            self._make_folder(folder.parent)
        folder.mkdir(parents=folder == self._root, exist_ok=True, mode=0o750)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    """Keys in the order of their text: a folder sorts as its name with the slash."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        shown = [e.name + "/" if e.is_dir() else e.name for e in entries if e.name[0] != "."]
    for name in sorted(shown):
        if name.endswith("/"):
            yield from _walk(folder / name, prefix + name)
        else:
            yield prefix + name
