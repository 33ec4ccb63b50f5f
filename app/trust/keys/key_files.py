"""Files of the trust folder: which are secret, and how a new one is written."""

import os
from pathlib import Path

SALT_KEY = "salt.key"
"""What commitments are salted with: 32 random bytes. Without it nothing sealed is lost, but what
was sealed so far can no longer be redacted."""


def is_secret(name: str) -> bool:
    """Whether nobody but its owner may read a file of this name."""
    return name.endswith(".key.pem") or name == SALT_KEY


def write_new(path: Path, data: bytes, mode: int) -> None:
    """A file that was not there, durable. Raises OSError.

    Exclusive and with its final mode from the start: never a moment when others can read.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
