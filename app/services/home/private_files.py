"""Files and folders of an installation that nobody but its own account may read."""

import os
from pathlib import Path
from typing import BinaryIO

FOLDER, FILE = 0o700, 0o600


def private_folder(path: Path) -> None:
    """Make a folder for this account alone; what is missing above it, too. Raises OSError."""
    if not path.parent.is_dir():
        private_folder(path.parent)
    path.mkdir(mode=FOLDER, exist_ok=True)


def private_file(path: Path) -> BinaryIO:
    """A new file for this account alone, to write and read. Raises OSError if it is there."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE), "w+b")
