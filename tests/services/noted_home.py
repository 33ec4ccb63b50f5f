"""A home whose log holds a few notes, and nothing of Azure's."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from app.services.home.installation import Ports, open_ports
from app.services.index.events import record_event
from app.services.upkeep.new_home import initialise
from tests.facts import told

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


def now() -> datetime:
    return NOW


def note(ports: Ports, *words: str) -> None:
    """One entry and one checkpoint for each word."""
    for word in words:
        record_event(ports, told(word), actor="test")


def noted_home(home: Path) -> Path:
    """A new one, with two notes."""
    initialise(home, "Northgate Health", now)
    with closing(open_ports(home, now)) as ports:
        note(ports, "one", "two")
    return home
