"""One writer a store, across processes: a lock the kernel drops when its holder dies."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from app.errors import WriterBusyError


@contextlib.contextmanager
def writer_lock(path: Path, purpose: str, *, since: datetime) -> Iterator[None]:
    """Hold the lock file, with who holds it written into it for the others to name.

    Raises WriterBusyError, and OSError when the file cannot be opened or written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WriterBusyError(_busy(path)) from None
        holder = {"pid": os.getpid(), "purpose": purpose, "since": since.isoformat()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # the name is a courtesy, the lock is what counts
                os.ftruncate(descriptor, 0)
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # a forked child may still hold the file open
    finally:
        os.close(descriptor)


def _busy(path: Path) -> str:
    store = path.parent
    try:
        holder = json.loads(path.read_bytes())
        who = f"process {holder['pid']} ({holder['purpose']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError):  # it took the lock and has not written its name yet
        who = "another annexa"
    return (
        f"{who[0].upper()}{who[1:]} is writing to the store {store}: wait until it has finished, "
        "or stop it, and run the command again."
    )
