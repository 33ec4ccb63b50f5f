"""The demo's Azure: the simulator as a process of its own, spoken to over TLS like Azure."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from app.errors import UnavailableError, UsageError

START_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoTenant:
    """A running simulator."""

    folder: Path
    base_url: str
    tenant_id: str
    client_id: str
    secret: str = field(repr=False)

    def night(self, number: int, at: datetime) -> None:
        """It is another night: the tenant drifts, its clock stands at `at`."""
        self._ask("POST", "/_sim/night", {"night": number, "as_of": at.isoformat()})

    def deny(self, path: str) -> None:
        """From now on requests to paths like this one are denied."""
        rule = {"path": path, "status": 403, "code": "AuthorizationFailed"}
        self._ask("POST", "/_sim/faults", [rule])

    def allow_all(self) -> None:
        """No denial any more."""
        self._ask("DELETE", "/_sim/faults", None)

    def truth(self) -> list[dict[str, str]]:
        """What the generator decided before it made tonight's configuration."""
        found: list[dict[str, str]] = json.loads(self._ask("GET", "/_sim/truth", None))
        return found

    def _ask(self, method: str, path: str, document: Any) -> bytes:
        trust = ssl.create_default_context(cafile=self.folder / "ca.pem")
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trust))
        body = None if document is None else json.dumps(document).encode()
        request = Request(self.base_url + path, data=body, method=method)  # noqa: S310 - own https
        with opener.open(request, timeout=START_SECONDS) as response:
            answer: bytes = response.read()
        return answer


@contextmanager
def demo_tenant(folder: Path, log: Path, at: datetime) -> Iterator[DemoTenant]:
    """Start the simulator, and end it with the block. Raises UsageError, UnavailableError."""
    if find_spec("simulator") is None:
        raise UsageError(
            "the demo needs a checkout of the source: the installed program brings no stand-in "
            "for Azure"
        )
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "simulator", "--out", str(folder), "--log", str(log)]
    command += [
        "--as-of",
        at.isoformat(),
        "--odd-resource",
        "--billing-shell",
        "--parent",
        str(os.getpid()),
    ]
    said = folder / "simulator.log"
    with said.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _ready(folder, process, said)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(folder: Path, process: subprocess.Popen[bytes], said: Path) -> DemoTenant:
    deadline = time.monotonic() + START_SECONDS
    while not (folder / "ready.json").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            last = said.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise UnavailableError(
                f"the simulated tenant did not start: {''.join(last) or 'it said nothing'}"
            )
        time.sleep(0.05)
    ready = json.loads((folder / "ready.json").read_text("utf-8"))
    return DemoTenant(
        folder=folder,
        base_url=ready["base_url"],
        tenant_id=ready["tenant_id"],
        client_id=ready["client_id"],
        secret=(folder / "client_secret").read_text("utf-8"),
    )
