"""A real disk, watched: which bytes and names are there for sure after each call to the system."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.evidence.canonical import parse, sha256
from app.services.log.checkpoints import CHECKPOINTS
from app.services.proof.entries import named_by_entry

EMPTY = sha256(b"")


class Disk:
    """What is there for sure, by the calls that were made so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.synced_bytes: dict[int, int] = {}
        """Size of a file when it was last synced, by inode."""
        self.new_names: set[Path] = set()
        """Made, and their folder not synced since."""
        self.calls: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self._turn = threading.RLock()

    def sync(self, descriptor: int) -> None:
        with self._turn:
            self._sync(descriptor)

    def _sync(self, descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if not path.is_relative_to(self.root.parent):
            return
        self.calls.append(("fsync", self._shown(path)))
        if path.is_dir():
            self.new_names = {name for name in self.new_names if name.parent != path}
        else:
            found = os.fstat(descriptor)
            self.synced_bytes[found.st_ino] = found.st_size

    def link(self, source: Path, target: Path) -> None:
        """Before the call: its bytes, and all that they promise, must be there for sure."""
        with self._turn:
            self._link(source, target)

    def _link(self, source: Path, target: Path) -> None:
        self.calls.append(("link", self._shown(target)))
        found = source.stat()
        if self.synced_bytes.get(found.st_ino) != found.st_size:
            self.faults.append(f"{target} is named before its bytes are synced")
        key = target.relative_to(self.root).as_posix()
        for promised in self.promised(key, source):
            if not self.sure(promised):
                self.faults.append(f"{key} is named before {promised} is there for sure")

    def make(self, path: Path) -> None:
        self.calls.append(("mkdir", self._shown(path)))
        self.named(path)

    def named(self, path: Path) -> None:
        with self._turn:
            self.new_names.add(path)

    def promised(self, key: str, source: Path) -> list[Path]:
        """By a checkpoint: entries and tiles; by a token: its checkpoint; by a record: pages."""
        if key.startswith("entry/") and source.read_bytes().startswith(b"{"):
            named = named_by_entry(parse(source.read_bytes()))
            return [self.root / name for name, digest in named if digest != EMPTY]
        if not key.startswith(CHECKPOINTS):
            return []
        kinds = (CHECKPOINTS,) if key.endswith(".tsr") else ("entry/", "tile/")
        files = (file for kind in kinds for file in (self.root / kind).rglob("*"))
        return [file for file in files if file.is_file()]

    def sure(self, path: Path) -> bool:
        """Its bytes and each name on the way to it."""
        if not path.exists():
            return False
        found = path.stat()
        names = [path, *path.parents]
        below = names[: names.index(self.root) + 1]
        whole = self.synced_bytes.get(found.st_ino) == found.st_size
        return whole and not self.new_names & set(below)

    def _shown(self, path: Path) -> str:
        name = os.path.relpath(path, self.root)
        return ".incoming/*" if name.startswith(".incoming/") else name


@contextmanager
def watched(root: Path) -> Iterator[Disk]:
    """The real calls, each seen as it is made."""
    disk = Disk(root)
    fsync, link, mkdir = os.fsync, os.link, os.mkdir

    def seen_fsync(descriptor: int) -> None:
        fsync(descriptor)
        disk.sync(descriptor)

    def seen_link(source: Path, target: Path) -> None:
        disk.link(Path(source), Path(target))
        link(source, target)
        disk.named(Path(target))

    def seen_mkdir(path: Path, mode: int = 0o777) -> None:
        mkdir(path, mode)
        if Path(path).is_relative_to(root):
            disk.make(Path(path))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", seen_fsync)
        patched.setattr(os, "link", seen_link)
        patched.setattr(os, "mkdir", seen_mkdir)
        yield disk
