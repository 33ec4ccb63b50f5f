"""annexa serve as a process, on a home whose nights are due."""

import json
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from app.schedule.connection import new_connection
from app.services.connections.register import add_connection
from app.services.home.installation import open_ports
from app.services.upkeep.new_home import initialise
from simulator.process import SimulatorProcess
from tests.command_line import ROOT, command, environment
from tests.installation import IMPATIENT, now, secret_env
from tests.patience import PATIENCE

EVERY_MINUTE, DAILY = "* * * * *", "0 2 * * *"
AWAY = timedelta(hours=50)
"""Nobody ran for so long: two or three nights became due, and only the newest is caught up."""


@dataclass(frozen=True, kw_only=True)
class Serving:
    """A process and where it listens."""

    process: subprocess.Popen[str]
    url: str
    said: list[str] = field(default_factory=list)
    """What it wrote to stderr since, whole once it has ended."""

    def health(self) -> dict[str, str]:
        with urllib.request.urlopen(f"{self.url}/health", timeout=PATIENCE) as answer:  # noqa: S310 - loopback
            told: dict[str, str] = json.load(answer)
        return told

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def serving(home: Path, tenant: SimulatorProcess, *words: str) -> Iterator[Serving]:
    process = subprocess.Popen(
        command(home, "serve", "--port", "0", *words),
        cwd=ROOT,
        env=environment({secret_env(tenant): tenant.client_secret}),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process:
        try:
            line = process.stderr.readline()
            assert line.startswith("Annexa serves http://127.0.0.1:"), line
            said: list[str] = []
            reading = process.stderr  # never let its pipe fill up
            rest = threading.Thread(target=lambda: said.extend(reading))
            rest.start()
            yield Serving(process=process, url=line.split()[2].removesuffix("/v1"), said=said)
        finally:
            process.kill()
            rest.join()


LAST_MINUTES = timedelta(minutes=2)


def standing_home(folder: Path, tenant: SimulatorProcess, schedule: str) -> Path:
    """A home whose connection was added when somebody last looked."""
    initialise(folder, "Northgate Health", lambda: now() - AWAY)
    with (folder / "annexa.toml").open("a", encoding="utf-8") as settings:
        settings.write(IMPATIENT)
    ports = open_ports(folder, lambda: now() - (AWAY if schedule == DAILY else LAST_MINUTES))
    with closing(ports):
        add_connection(
            ports,
            new_connection(
                name="northgate",
                tenant_id=tenant.tenant_id,
                credential={
                    "kind": "secret_env",
                    "client_id": tenant.client_id,
                    "secret_env": secret_env(tenant),
                },
                cloud="custom",
                cloud_file=tenant.cloud_file,
                subscriptions=(),
                schedule=schedule,
            ),
        )
    return folder


def wait_until(true: Callable[[], bool], what: str = "it did not come true") -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.25)
