"""The record of every request, one JSON line each: what was asked and what was sent."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One request and its answer. `sha256` is of the body bytes as sent; None when streamed."""

    ts: str
    method: str
    path: str
    """Path and query as asked."""
    api_version: str | None
    host: str
    """Service that answered: entra, arm, graph, logs, vault or blob."""
    status: int | None
    """None when the connection was dropped before a status line."""
    sha256: str | None
    bytes: int | None
    """Length of the body as sent."""
    fault: str | None = None


class RequestLog:
    """Appends entries to a file, flushed line by line so that others can follow it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, entry: Entry) -> None:
        """Append one line."""
        self._file.write(json.dumps(asdict(entry), separators=(",", ":")) + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
