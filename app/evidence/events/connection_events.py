"""Which tenants are collected: a connection was added, changed, retired."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.evidence.events.fact import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class OfConnection(Fact):
    """What a connection is from here on."""

    CHAINED: ClassVar[bool] = True
    id: str
    name: str

    @property
    def chain(self) -> str:
        """Its own."""
        return self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeConnection(OfConnection):
    """A connection as it is from this event on."""

    tenant_id: str
    credential: Mapping[str, str]
    """Which credential, never a secret."""
    cloud: str
    cloud_file: str | None
    subscriptions: tuple[str, ...]
    """Only these; all that can be seen when empty."""
    schedule: str
    """Cron line of its nights."""
    time_zone: str = "UTC"
    """IANA name of the zone the schedule is written in."""
    schedule_meaning: str = "former"
    """How the schedule is read: `unix`, or `former` as before that was told."""
    follows_settings: bool = False
    """Whether the setting `schedule` is taken over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionAdded(WholeConnection):
    """A tenant is collected from here on."""

    KIND: ClassVar[str] = "connection_added"
    BEGINS: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionChanged(WholeConnection):
    """A connection is otherwise from here on; it holds the whole connection."""

    KIND: ClassVar[str] = "connection_changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionRetired(OfConnection):
    """A connection has no nights any more; its evidence stays."""

    KIND: ClassVar[str] = "connection_retired"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleMeaningTold(Fact):
    """People were told that a line of before has other nights than cron gives it. Once each."""

    KIND: ClassVar[str] = "schedule_meaning_told"
    connection_id: str
    sentence: str
