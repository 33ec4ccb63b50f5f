"""What the hostile auditor is given: a store made by real nights, its bundle and the anchors."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from app.evidence.record import Event
from app.packs.view.facts import Engagement
from app.services.packing.pack import issue_pack
from app.trust.keys.keyring import Trust
from simulator.process import SimulatorProcess
from tests.installation import Installation, installed
from tests.tampering.memory import objects_of

NIGHTS = 3
MORE_ENTRIES = 260
"""So that the log has full tiles beside partial ones."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An untouched store and bundle."""

    trust: Trust
    objects: dict[str, bytes]
    sizes: tuple[int, ...]
    """Sizes of the checkpoints after each night."""
    bundle: bytes

    @property
    def all_sizes(self) -> list[int]:
        """Sizes of every checkpoint, ascending."""
        keys = [key for key in self.objects if key.startswith("checkpoint/")]
        return sorted(int(key[-12:]) for key in keys if not key.endswith(".tsr"))

    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def roots(self) -> list[x509.Certificate]:
        return [self.trust.root]

    @property
    def files(self) -> dict[str, bytes]:
        """The bundle's files by name."""
        with zipfile.ZipFile(io.BytesIO(self.bundle)) as opened:
            return {info.filename: opened.read(info) for info in opened.infolist()}


@contextmanager
def made(home: Path, simulator: SimulatorProcess) -> Iterator[Subject]:
    """Collect the nights, issue a pack of them, and read everything back."""
    with installed(home, simulator) as installation:
        sizes = []
        for night in range(NIGHTS):
            if night == 1:
                _fill(installation)
            report = installation.collect()
            assert report.records, "an empty night proves nothing"
            sizes.append(report.log_size)
        today = datetime.now(UTC).date()
        engagement = Engagement(
            name="Hostile review", auditor="A. Uditor", scope="All", first=today, last=today
        )
        pack = issue_pack(installation.ports, installation.connection, engagement)
        yield Subject(
            trust=installation.ports.trust,
            objects=objects_of(installation.ports.store),
            sizes=tuple(sizes),
            bundle=pack.bundle.read_bytes(),
        )


def _fill(installation: Installation) -> None:
    log = installation.ports.open_log()
    for number in range(MORE_ENTRIES):
        at = installation.ports.now()
        log.append(Event(kind="verified", at=at, actor="test", detail={"n": number}).sealed)
