"""Rules of a sealed archive, run in a child process that can reach nothing but that archive."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.evidence.record import utc
from collectors.kit import Exchange

WORKER = Path(__file__).with_name("rules_worker.py")
PATIENCE = timedelta(minutes=5)
"""For one record: the largest takes seconds."""
LONGEST_REPLY = 1 << 31
LAST_BREATH = 5.0
"""Seconds in which a child that closed its output is gone."""
PROTOCOL = 1
"""The version every archive with a protocol answers: docs/rules-protocol.md."""


class RulesFailedError(Exception):
    """The rules raised, stopped or answered what no rules answer; the text says which."""


class Rules:
    """A running child. One question at a time."""

    def __init__(self, child: "subprocess.Popen[bytes]", patience: timedelta) -> None:
        self._child = child
        self._patience = patience

    @property
    def ended(self) -> bool:
        """The child is gone: its rules stopped it, or it took too long."""
        return self._child.poll() is not None

    def describe(self) -> list[dict[str, Any]]:
        """Every collector with its reads and checks. Raises RulesFailedError."""
        found: list[dict[str, Any]] = self._ask({"protocol": PROTOCOL, "ask": "describe"})
        return found

    def perform(
        self,
        record: Mapping[str, Any],
        exchanges: Sequence[Exchange],
        expectations: Mapping[str, Any],
        cause: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """What these rules make of a record's exchanges. Raises RulesFailedError.

        `cause` is the gap of a record for which nothing could be asked: it hides every read.
        """
        what = record["what"]
        found: dict[str, Any] = self._ask(
            {
                "protocol": PROTOCOL,
                "ask": "perform",
                "collector": what["collector"],
                "subscription": what["scope"]["subscription_id"],
                "exchanges": [_told(exchange) for exchange in exchanges],
                "missing": what.get("missing", []),
                "cause": None if cause is None else dict(cause),
                "expectations": dict(expectations),
                "as_of": record["time"]["as_of"],
            }
        )
        return found

    def _ask(self, request: Mapping[str, Any]) -> Any:
        timer = threading.Timer(self._patience.total_seconds(), self._child.kill)
        timer.start()
        try:
            reply = self._exchanged(json.dumps(request).encode() + b"\n")
        finally:
            timer.cancel()
        if "error" in reply:
            raise RulesFailedError(f"the rules failed: {str(reply['error'])[:300]}")
        return reply["ok"]

    def _exchanged(self, line: bytes) -> dict[str, Any]:
        if self._child.stdin is None or self._child.stdout is None:
            raise TypeError("the child was started without pipes")
        try:
            self._child.stdin.write(line)
            self._child.stdin.flush()
            reply = json.loads(self._child.stdout.readline(LONGEST_REPLY))
        except (OSError, ValueError, RecursionError) as error:
            raise RulesFailedError(f"the rules gave no answer: {self._silence()}") from error
        if not isinstance(reply, dict) or not reply.keys() & {"ok", "error"}:
            raise RulesFailedError("the rules gave an answer of an unknown form")
        return reply

    def _silence(self) -> str:
        """Why no line of JSON came."""
        try:
            code = self._child.wait(LAST_BREATH)
        except subprocess.TimeoutExpired:
            return "what they wrote is not a line of JSON"
        killed = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"their process {killed} (it may use {PATIENCE} a record and no file)"


@contextmanager
def running(archive: bytes, patience: timedelta = PATIENCE) -> Iterator[Rules]:
    """Start a child with these rules; it is ended on the way out."""
    with TemporaryDirectory(prefix="annexa-rules-") as place:
        empty = Path(place) / "empty"
        empty.mkdir()
        rules = (Path(place) / "rules.zip").resolve()
        rules.write_bytes(archive)
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(WORKER), str(rules)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=empty,
            env={},
        )
        try:
            yield Rules(child, patience)
        finally:
            child.kill()
            child.communicate()


def _told(exchange: Exchange) -> dict[str, Any]:
    """An exchange in plain JSON, as the child reads it."""
    request = exchange.request_body
    return {
        "read": exchange.read,
        "subject": exchange.subject,
        "method": exchange.method,
        "url": exchange.url,
        "api_version": exchange.api_version,
        "request_body": request.decode() if request is not None else None,
        "status": exchange.status,
        "headers": dict(exchange.headers),
        "body": base64.b64encode(exchange.body).decode(),
        "started_at": utc(exchange.started_at),
        "finished_at": utc(exchange.finished_at),
        "attempts": [[a.status, round(a.waited.total_seconds() * 1000)] for a in exchange.attempts],
        "fault": exchange.fault.value if exchange.fault else None,
    }
