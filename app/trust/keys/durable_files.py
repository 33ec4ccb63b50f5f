"""Files of the trust folder: whole or not there, durable, never open to others for a moment."""

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

PRIVATE, PUBLIC = 0o600, 0o644
"""Modes of private keys, and of what auditors are given."""
SALT_KEY = "salt.key"
"""What commitments are salted with: 32 random bytes. Without it nothing sealed is lost, but what
was sealed so far can no longer be redacted."""


def is_secret(name: str) -> bool:
    """Whether nobody but its owner may read a file of this name."""
    return name.endswith(".key.pem") or name == SALT_KEY


def place_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder with these files, all of them at once or none. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # of mode 0700
    try:
        for name, data in files.items():
            _write(made / name, data, PRIVATE if is_secret(name) else PUBLIC)
        sync(made)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)  # half a set of keys is of no use
    sync(folder.parent)


def place_file(path: Path, data: bytes, mode: int) -> None:
    """All of a file or none, in place of what was there: under another name first.

    Raises OSError.
    """
    made = path.with_name(f".{path.name}.unfinished")
    made.unlink(missing_ok=True)
    _write(made, data, mode)
    made.replace(path)
    sync(path.parent)


def place_new(path: Path, data: bytes) -> None:
    """All of a private file or none, and never in place of another. Raises OSError.

    FileExistsError when it is there, even if somebody else was first by a moment.
    """
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(made, data, PRIVATE)
        os.link(made, path)
    finally:
        made.unlink(missing_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make names in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, data: bytes, mode: int) -> None:
    # exclusive and with its final mode from the start: never a moment when others can read
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
