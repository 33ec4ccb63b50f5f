"""What both subjects live through: nights, a changed schedule, one that nobody collected."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.packs.view.facts import Engagement
from app.services.connections.change import Change, change_connection
from app.services.connections.register import find_connection
from app.services.home.installation import Ports
from app.services.packing.pack import issue_pack
from simulator.process import SimulatorProcess
from tests.installation import Installation, installed
from tests.tampering.memory import objects_of

AGO = timedelta(days=4)
"""When the connection was added; half a day later its schedule was changed."""


@dataclass(kw_only=True)
class Clock:
    """Today's time, less what is said."""

    behind: timedelta = AGO

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind


@dataclass(frozen=True, kw_only=True)
class Told:
    """A home after its nights: its store, and the bundle of a pack."""

    ports: Ports
    run_id: str
    objects: dict[str, bytes]
    bundle: bytes


@contextmanager
def told(home: Path, simulator: SimulatorProcess, *, only: str | None = None) -> Iterator[Told]:
    """A night of a simulated tenant: whole, or of one collector `only`."""
    clock = Clock()
    with installed(home, simulator, clock=clock) as made:
        yield _told(made, clock, only)


def _told(made: Installation, clock: Clock, only: str | None) -> Told:
    ports = made.ports
    clock.behind = AGO - timedelta(hours=12)
    change_connection(ports, made.connection.name, Change(schedule="0 3 * * *"))
    clock.behind = timedelta()
    connection = find_connection(ports, made.connection.name)
    asking = tuple(one for one in ports.collectors if only in {None, one.id})
    night = replace(made, ports=replace(ports, collectors=asking), connection=connection).collect()
    today = clock().date()
    engagement = Engagement(
        name="Corpus", auditor="A. Uditor", scope="All", first=today - AGO, last=today
    )
    bundle = issue_pack(ports, connection, engagement).bundle.read_bytes()
    return Told(
        ports=ports,
        run_id=night.run_id,
        objects=objects_of(ports.store),
        bundle=bundle,
    )
