"""Who may write the files that decide what an installation does: its owner, and nobody else."""

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from app.errors import UsageError

GROUP, OTHERS = 0o020, 0o002


def need_own_file(path: Path) -> None:
    """Raise UsageError when others than its owner may write a file; links are followed.

    One that is not there is for its reader to tell. On a mount that nobody can write to (a
    ConfigMap of Kubernetes, an image) modes say nothing.
    """
    mode = _mode(path)
    if mode is not None and mode & (GROUP | OTHERS):
        raise UsageError(
            f"others than its owner may write {path}; close it with: "
            f"chmod go-w {shlex.quote(str(path))}",
            code="file_open",
        )


def need_own_folder(path: Path) -> None:
    """The same of a folder, in which others could put their files in the place of ours.

    Not one of the sticky kind, and a group's only where this account can close it: the root of a
    volume is its provider's.
    """
    mode = _mode(path)
    if mode is None or mode & stat.S_ISVTX:
        return
    ours = path.stat().st_uid == os.geteuid()
    if mode & OTHERS or (mode & GROUP and ours):
        raise UsageError(
            f"others than its owner may put files into {path}; close it with: "
            f"chmod go-w {shlex.quote(str(path))}",
            code="file_open",
        )


def named_files(value: Any) -> Iterator[Path]:
    """Every file that settings name, however deep."""
    if isinstance(value, Path):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from named_files(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from named_files(one)


def _mode(path: Path) -> int | None:
    """None for what is not there, or cannot be written by anybody."""
    try:
        if os.statvfs(path).f_flag & os.ST_RDONLY:
            return None
        return path.stat().st_mode
    except OSError:
        return None
