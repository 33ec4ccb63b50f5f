"""What changed or proved the protection of stored objects."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from app.evidence.events.fact import Fact
from app.evidence.events.shape import Shape, named


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectionTold(Shape):
    """What protects one object, as read back from the store."""

    mode: str
    """`tamper-evident only`, `unlocked`, `locked` or `none`."""
    until: datetime | None
    legal_hold: bool
    version_id: str | None
    etag: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptTold(Shape):
    """One attempt to break what protects an object, and its answer."""

    name: str
    outcome: str
    status: int | None
    """HTTP status of a refusal."""
    code: str
    said: str = field(metadata=named("detail"))


@dataclass(frozen=True, kw_only=True, slots=True)
class WormVerified(Fact):
    """Objects made for it were attacked, to see what the store really refuses."""

    KIND: ClassVar[str] = "worm_verified"
    store: str
    immutable: bool
    verdict: str
    """One sentence for people."""
    protected_by: str
    """`policy`, `rights`, `policy and rights` or `nothing`: what refused the attempts."""
    permitted: tuple[str, ...]
    """Attempts that the store permitted."""
    canaries: tuple[str, ...]
    """Keys of the objects that were attacked."""
    protection: ProtectionTold
    attempts: tuple[AttemptTold, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WormLocked(Fact):
    """The policies of all objects of the store were locked, for ever."""

    KIND: ClassVar[str] = "worm_locked"
    container: str
    objects: int
    changed: int
    without_policy: int
    """Objects that have no locked policy afterwards."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfPeriod(Fact):
    """A change of the objects of a period."""

    first: date = field(metadata=named("from"))
    last: date = field(metadata=named("to"))
    objects: int
    changed: int
    """How many are protected otherwise afterwards."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldSet(OfPeriod):
    """The evidence of a period was put under the legal hold of an engagement."""

    KIND: ClassVar[str] = "hold_set"
    engagement: str
    records: int
    keys_sha256: str
    """Digest of the derived object that lists the keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldCleared(OfPeriod):
    """The hold of an engagement was cleared, but for what another hold needs."""

    KIND: ClassVar[str] = "hold_cleared"
    engagement: str
    held_by_others: int
    keys_sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionExtended(OfPeriod):
    """The evidence of a period is kept until a later instant."""

    KIND: ClassVar[str] = "retention_extended"
    until: datetime
    records: int
