"""A whole installation in a folder, against a simulated tenant: what the end-to-end tests use."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.db.rows.evidence import gaps
from app.db.rows.verdicts import intervals
from app.evidence.observed import Interval, SeenGap
from app.schedule.connection import Connection, new_connection
from app.services.connections.register import add_connection
from app.services.home.installation import Ports, open_ports
from app.services.nights.attempt import NightReport
from app.services.nights.night import collect_night, plan_night
from app.services.upkeep.new_home import initialise
from simulator.process import SimulatorProcess

IMPATIENT = """
[patience]
tries = 2
total_wait = 2
first_backoff = 0.05
answer = 3
"""


def secret_env(simulator: SimulatorProcess) -> str:
    """Each simulator's own variable: several live side by side in one test process."""
    return f"ANNEXA_TEST_CLIENT_SECRET_{simulator.pid}"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A home, its open ports and one connection."""

    home: Path
    ports: Ports
    connection: Connection

    def collect(self) -> NightReport:
        slot = self.ports.now().replace(microsecond=0)
        while self._taken(slot):
            slot += timedelta(seconds=1)
        run_id = plan_night(self.ports, self.connection, slot, "manual", "test")
        return collect_night(self.ports, self.connection, run_id)

    def _taken(self, slot: datetime) -> bool:
        from app.db.rows.runs import nights

        with self.ports.database.read() as session:
            return bool(nights(session, self.connection.id, slot, slot))

    def verdicts(self, slot: datetime) -> dict[tuple[str, str], Interval]:
        with self.ports.database.read() as session:
            found = intervals(session, self.connection.id, None, slot, slot)
        return {(one.subject.lower(), one.check_id): one for one in found}

    def gaps(self, slot: datetime) -> list[SeenGap]:
        with self.ports.database.read() as session:
            return gaps(session, self.connection.id, slot, slot)


@contextmanager
def installed(
    home: Path,
    simulator: SimulatorProcess,
    settings: str = "",
    clock: Callable[[], datetime] = now,
) -> Iterator[Installation]:
    """A new home with a connection to this simulator."""
    variable = secret_env(simulator)
    os.environ[variable] = simulator.client_secret
    initialise(home, "Northgate Health", clock)
    if settings:
        file = home / "annexa.toml"
        file.write_text(file.read_text() + settings)
    ports = open_ports(home, clock)
    try:
        connection = new_connection(
            name="northgate",
            tenant_id=simulator.tenant_id,
            credential={
                "kind": "secret_env",
                "client_id": simulator.client_id,
                "secret_env": variable,
            },
            cloud="custom",
            cloud_file=simulator.cloud_file,
            subscriptions=(),
            schedule="0 2 * * *",
        )
        add_connection(ports, connection)
        yield Installation(home=home, ports=ports, connection=connection)
    finally:
        ports.close()
