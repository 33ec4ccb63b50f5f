"""The files of a bundle, read where they lie: in a folder, or in the .asice itself."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from app.packs.verify.checks import code_of, need

PIECE = 1 << 20
"""Bytes read at once."""


class Bundle(ABC):
    """The files by name."""

    def __init__(self) -> None:
        self._sorted: list[str] = []
        self._digests: dict[str, bytes] = {}

    @abstractmethod
    def close(self) -> None:
        """Leave nothing behind."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    @abstractmethod
    def size(self, name: str) -> int:
        """Bytes of a file. Raises Refused unless it is a plain file."""

    @abstractmethod
    def pieces(self, name: str) -> Iterator[bytes]:
        """A file's bytes, a piece at a time. Raises Refused unless it is a plain file."""

    def read(self, name: str) -> bytes:
        """All bytes of a file."""
        return b"".join(self.pieces(name))

    def digest(self, name: str) -> bytes:
        """SHA-256 of a file, read in pieces."""
        found = self._digests.get(name)
        if found is None:
            state = hashlib.sha256()
            for piece in self.pieces(name):
                state.update(piece)
            found = self._digests[name] = state.digest()
        return found

    @abstractmethod
    def path(self, name: str) -> Path:
        """Where openssl finds a file. Raises Refused unless it is a plain file."""

    def names(self, folder: str = "") -> list[str]:
        """Every file below a folder, in order."""
        if not folder:
            return self._sorted
        start = bisect_left(self._sorted, f"{folder}/")
        return self._sorted[start : bisect_left(self._sorted, f"{folder}0")]  # 0 follows /


class Folder(Bundle):
    """A bundle that somebody unpacked."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
        self._sorted = sorted(path.relative_to(folder).as_posix() for path in paths)

    def pass_over(self, anchors: dict[str, str]) -> None:
        """Forget the auditor's own copies of anchors (content by name) beside the files."""
        self._sorted = [name for name in self._sorted if not self._is_anchor(name, anchors)]

    def close(self) -> None:
        """Nothing was opened for longer than a read."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self.folder / name).exists()

    def size(self, name: str) -> int:
        """Bytes of a file. Raises Refused unless it is a plain file."""
        return self.path(name).stat().st_size

    def pieces(self, name: str) -> Iterator[bytes]:
        """A file's bytes. Raises Refused unless it is a plain file."""
        with self.path(name).open("rb") as file:
            yield from iter(lambda: file.read(PIECE), b"")

    def path(self, name: str) -> Path:
        """The file itself."""
        path = self.folder / name
        need(not path.is_symlink(), "the file is a link", code_of(name, "link"))
        need(path.is_file(), "the file is missing", code_of(name, "missing"))
        return path

    def _is_anchor(self, name: str, anchors: dict[str, str]) -> bool:
        path = self.folder / name
        if name not in anchors or path.is_symlink():
            return False
        return path.read_text("utf-8", "replace").strip() == anchors[name].strip()
