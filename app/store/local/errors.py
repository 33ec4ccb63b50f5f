"""What the operating system refuses, as one sentence with the next step."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from app.errors import UnavailableError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextlib.contextmanager
def disk_errors(root: Path, verb: str) -> Iterator[None]:
    """Turn any OSError of the block into UnavailableError. `verb`: written or read."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(_sentence(root, verb, error)) from error


def _sentence(root: Path, verb: str, error: OSError) -> str:
    if error.errno in _FULL:
        return (
            f"The disk under the store {root} is full or over quota: free some space and run the "
            "command again; what was sealed before is untouched."
        )
    if error.errno in _REFUSED:
        return (
            f"The store {root} cannot be {verb} ({error.strerror}): give this user the right to "
            "the folder or name another store, then run the command again."
        )
    return (
        f"The store {root} cannot be {verb} ({error.strerror or error}): check the path and the "
        "disk, then run the command again."
    )
