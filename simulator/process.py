"""Starts the simulator as a process of its own and pulls its levers."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_ROOT = Path(__file__).resolve().parent.parent


class SimulatorStartError(RuntimeError):
    """The simulator did not come up; the text is what it said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatorProcess:
    """A running simulator. Use it as a context manager: leaving it ends the process."""

    base_url: str
    blob_url: str
    dir: Path
    cloud_file: Path
    ca_file: Path
    tenant_id: str
    client_id: str
    subscriptions: tuple[str, ...]
    pid: int
    log_file: Path
    client_secret: str = field(repr=False)
    _process: subprocess.Popen[bytes] = field(repr=False)

    @classmethod
    def start(cls, out: Path, **options: Any) -> Self:
        """Start a simulator whose files go to `out` and wait until it listens.

        Options are the command line's with underscores: seed=7, subscriptions=3, resources=120,
        night=0, as_of=<aware datetime>, latency_ms=0, odd_resource=True, faults=[rules], … It ends
        when this process does. Raises SimulatorStartError.
        """
        out.mkdir(parents=True, exist_ok=True)
        (out / "ready.json").unlink(missing_ok=True)
        arguments = _arguments(out, options)
        environment = {**os.environ, "PYTHONPATH": _python_path()}
        if "client_secret" in options:
            environment["ANNEXA_SIMULATOR_CLIENT_SECRET"] = str(options["client_secret"])
        with (out / "simulator.log").open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "simulator", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=environment,
            )
        with ExitStack() as unless_ready:
            unless_ready.callback(_end, process)
            ready = _wait_until_ready(process, out)
            unless_ready.pop_all()
        return cls(
            base_url=ready["base_url"],
            blob_url=ready["blob_url"],
            dir=out,
            cloud_file=out / "cloud.toml",
            ca_file=out / "ca.pem",
            client_secret=(out / "client_secret").read_text(encoding="utf-8"),
            tenant_id=ready["tenant_id"],
            client_id=ready["client_id"],
            subscriptions=tuple(ready["subscriptions"]),
            pid=process.pid,
            log_file=Path(options.get("log") or out / "requests.ndjson"),
            _process=process,
        )

    def post_faults(self, *rules: Mapping[str, Any]) -> None:
        """Put fault rules in force (simulator.server.faults.FaultRule's fields)."""
        self._ask("POST", "/_sim/faults", list(rules))

    def clear_faults(self) -> None:
        """No more faults."""
        self._ask("DELETE", "/_sim/faults")

    def hide_subscription(self, subscription_id: str) -> None:
        """The list of subscriptions no longer has it; whatever else is asked still does."""
        shown = {"path": r"^/subscriptions(\?|$)", "service": "arm"}
        self.post_faults({**shown, "kind": "fewer", "match": subscription_id})

    def withdraw(self, **what: Any) -> None:
        """Take a right away (simulator.levers.rights.parse_withdrawal), until it is granted."""
        self._ask("POST", "/_sim/withdraw", what)

    def grant(self, **what: Any) -> None:
        """Give a right back: what was withdrawn in the same words, or everything."""
        self._ask("POST", "/_sim/grant", what)

    def delete(self, **what: Any) -> None:
        """Delete for real (simulator.levers.deletion.parse_deletion), on every later night too."""
        self._ask("POST", "/_sim/delete", what)

    def restore(self) -> None:
        """Everything that was deleted is there again."""
        self._ask("DELETE", "/_sim/delete")

    def shorten(self, **what: Any) -> None:
        """Leave rows out of a list in silence (simulator.levers.shortening.parse_shortening)."""
        self._ask("POST", "/_sim/shorten", what)

    def lengthen(self) -> None:
        """Every list is whole again."""
        self._ask("DELETE", "/_sim/shorten")

    def identity(self) -> dict[str, Any]:
        """Who collects, and what it holds: `object_id`, `client_id`, `granted`, `withdrawn`."""
        held: dict[str, Any] = json.loads(self._ask("GET", "/_sim/identity"))
        return held

    def set_night(self, night: int, as_of: datetime) -> None:
        """It is another night: the tenant drifts and the simulated clock stands at `as_of`."""
        self._ask("POST", "/_sim/night", {"night": night, "as_of": as_of.isoformat()})

    def truth(self) -> list[dict[str, str]]:
        """Expected verdicts of tonight's tenant: subject, check, expected."""
        rows: list[dict[str, str]] = json.loads(self._ask("GET", "/_sim/truth"))
        return rows

    def least(self) -> dict[str, Any]:
        """The fewest requests tonight's tenant needs, counted from the tenant itself."""
        counts: dict[str, Any] = json.loads(self._ask("GET", "/_sim/least"))
        return counts

    def log(self) -> list[dict[str, Any]]:
        """Every request so far, oldest first (simulator.server.request_log.Entry's fields)."""
        lines = self.log_file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def stop(self) -> None:
        """End the process; harmless when it has ended."""
        _end(self._process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _ask(self, method: str, path: str, document: Any = None) -> bytes:
        # No proxy: the simulator is on loopback, whatever the environment says of proxies.
        trust = ssl.create_default_context(cafile=self.ca_file)
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trust))
        body = None if document is None else json.dumps(document).encode()
        request = Request(f"{self.base_url}{path}", data=body, method=method)  # noqa: S310 - own https address
        with opener.open(request, timeout=_START_SECONDS) as response:
            answer: bytes = response.read()
        return answer


def _arguments(out: Path, options: Mapping[str, Any]) -> Sequence[str]:
    arguments = ["--out", str(out), "--parent", str(os.getpid())]
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if name == "client_secret" or value is None or value is False:
            continue
        if name == "faults" and not isinstance(value, str | Path):
            rules = out / "faults.json"
            rules.write_text(json.dumps(list(value)), encoding="utf-8")
            arguments += [flag, str(rules)]
        elif value is True:
            arguments.append(flag)
        else:
            text = value.isoformat() if isinstance(value, datetime) else str(value)
            arguments += [flag, text]
    return arguments


def _python_path() -> str:
    inherited = os.environ.get("PYTHONPATH")
    return str(_ROOT) if not inherited else f"{_ROOT}{os.pathsep}{inherited}"


def _wait_until_ready(process: subprocess.Popen[bytes], out: Path) -> dict[str, Any]:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if (out / "ready.json").exists():
            ready: dict[str, Any] = json.loads((out / "ready.json").read_bytes())
            return ready
        if process.poll() is not None:
            break
        time.sleep(0.02)
    said = (out / "simulator.log").read_text(encoding="utf-8", errors="replace")
    raise SimulatorStartError(f"the simulator did not start; it said: {said[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
