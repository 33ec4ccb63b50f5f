"""How a check is run and written down, and how files of a bundle are read."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.trust.time.openssl import Refused


def need(holds: object, reason: str, code: str = "") -> None:
    """Raise Refused unless it holds."""
    if not holds:
        raise Refused(reason, code)


KINDS = {
    "raw": "raw",
    "derived": "derived",
    "rules": "rules",
    "entries": "record",
    "proofs": "proof",
    "checkpoint": "checkpoint",
    "populations": "population",
    "pack.pdf": "pack",
    "META-INF": "manifest",
    "manifest.json": "manifest",
    "assessments.json": "assessments",
}
"""What a file of a bundle is, by the first part of its name."""


def code_of(file: str, wrong: str) -> str:
    """A stable code, such as raw_missing or record_changed."""
    kind = KINDS.get(file.split("/", maxsplit=1)[0], "file")
    if file.endswith(".p7s"):
        kind = "seal"
    elif file.endswith((".tsr", ".tst")):
        kind = "token"
    return f"{kind}_{wrong}"


class Report:
    """What was checked, file by file."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.notes: list[str] = []

    def check(self, file: str, what: str, run: Callable[[], Any], code: str = "") -> Any:
        """Run one check and write down its answer. None when it does not hold.

        `code` is for a refusal without one of its own.
        """
        try:
            result = run()
        except Refused as error:
            return self.fail(file, str(error), error.code or code)
        except (
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            OSError,
            RecursionError,
        ) as error:
            return self.fail(file, f"cannot be read as it should: {error!r}", code)
        self.lines.append({"ok": True, "file": file, "what": what})
        return result

    def fail(self, file: str, reason: str, code: str = "") -> None:
        """Write down what does not hold, and why."""
        code = code or code_of(file, "invalid")
        self.lines.append({"ok": False, "file": file, "what": reason, "code": code})

    @property
    def failures(self) -> int:
        """How many checks did not hold."""
        return sum(not line["ok"] for line in self.lines)


class Bundle:
    """The files of an opened bundle."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digests: dict[str, str] = {}

    def path(self, name: str) -> Path:
        """Where a file lies. Raises Refused unless it is a plain file."""
        path = self.folder / name
        need(not path.is_symlink(), "the file is a link", code_of(name, "link"))
        need(path.is_file(), "the file is missing", code_of(name, "missing"))
        return path

    def read(self, name: str) -> bytes:
        """All bytes of a file."""
        return self.path(name).read_bytes()

    def digest(self, name: str) -> str:
        """SHA-256 of a file, read in pieces."""
        if name not in self._digests:
            state = hashlib.sha256()
            with self.path(name).open("rb") as file:
                for piece in iter(lambda: file.read(1 << 20), b""):
                    state.update(piece)
            self._digests[name] = state.hexdigest()
        return self._digests[name]

    def names(self, folder: str = "") -> list[str]:
        """Every file below a folder, in order; links are files."""
        paths = (self.folder / folder).rglob("*")
        files = (path for path in paths if path.is_symlink() or not path.is_dir())
        return sorted(path.relative_to(self.folder).as_posix() for path in files)


def decode(text: str) -> bytes:
    """Base64 in its one canonical spelling."""
    data = base64.b64decode(text.encode("ascii", "replace"))
    need(base64.b64encode(data).decode() == text, f"{text[:60]!r} is not canonical base64")
    return data


def decimal(text: str) -> int:
    """A number without sign or leading zeroes."""
    need(re.fullmatch("0|[1-9][0-9]{0,15}", text), f"{text[:60]!r} is no number")
    return int(text)
