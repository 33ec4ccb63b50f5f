"""What became of a run: begun, ended, missed, judged again, and what it left in the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from app.evidence.events.fact import Fact
from app.evidence.events.shape import SELDOM, Shape, named
from app.evidence.judged import Judging
from app.evidence.record import utc

SCHEDULED = "scheduled"


@dataclass(frozen=True, kw_only=True, slots=True)
class OfSlot(Fact):
    """A fact of one slot of one connection."""

    connection_id: str
    slot: datetime
    """The instant, in UTC, that the run speaks for."""

    @property
    def chain(self) -> str:
        """That of its connection, for kinds that tell what became of a slot."""
        return self.connection_id if self.CHAINED else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfRun(OfSlot):
    """A fact of one run."""

    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStarted(OfRun):
    """A run began: Azure gave a token, and is asked from here on."""

    KIND: ClassVar[str] = "run_started"
    CHAINED: ClassVar[bool] = True
    trigger: str
    """scheduled, catch_up or manual."""
    by: str
    """Who claimed the slot: a replica, a command or a token."""
    settings: Mapping[str, str] | None = field(default=None, metadata=SELDOM)
    """Settings that decide what is asked and assessed, as texts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunCompleted(OfRun):
    """A run ended with all its records sealed before this entry."""

    KIND: ClassVar[str] = "run_completed"
    CHAINED: ClassVar[bool] = True
    records: int
    gaps: int
    """Gaps of all its records."""
    committed: Mapping[str, str] | None = field(default=None, metadata=SELDOM)
    """By the place of each record that is prepared for redaction: the commitment to its bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFailed(OfRun):
    """A run ended without all its records. It may have had no `run_started`."""

    KIND: ClassVar[str] = "run_failed"
    CHAINED: ClassVar[bool] = True
    trigger: str
    by: str
    reason: str
    committed: Mapping[str, str] | None = field(default=None, metadata=SELDOM)
    """The same of those that it has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotMissed(OfSlot):
    """Nobody collected a slot in its time, and nobody can any more."""

    KIND: ClassVar[str] = "slot_missed"
    CHAINED: ClassVar[bool] = True
    reason: str
    run_id: str | None = field(default=None, metadata=SELDOM)
    """The run that had claimed the slot and never began; None where none had."""
    trigger: str | None = field(default=None, metadata=SELDOM)
    """Why that run was to be; None where there was none: a night of the schedule."""
    by: str | None = field(default=None, metadata=SELDOM)

    @property
    def run(self) -> str:
        """Id of the run; where there was none, one that follows from connection and slot."""
        return self.run_id or str(uuid5(UUID(self.connection_id), utc(self.slot)))


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotsMissed(Fact):
    """Nobody collected these slots in their time, and nobody can any more: two or more at once."""

    KIND: ClassVar[str] = "slots_missed"
    CHAINED: ClassVar[bool] = True
    connection_id: str
    first: datetime
    last: datetime
    count: int
    slots: tuple[datetime, ...]
    """Each of them, oldest first."""
    reason: str

    @property
    def chain(self) -> str:
        """That of its connection."""
        return self.connection_id

    def each(self) -> Iterator[SlotMissed]:
        """The same as facts of one slot each."""
        for slot in self.slots:
            yield SlotMissed(connection_id=self.connection_id, slot=slot, reason=self.reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotsReopened(Fact):
    """Slots that a clock which ran ahead had called missed were not due yet, and are planned again.

    What was told before this entry of missed slots later than `since` is as if never told.
    """

    KIND: ClassVar[str] = "slots_reopened"
    CHAINED: ClassVar[bool] = True
    connection_id: str
    since: datetime
    count: int
    """How many they are."""

    @property
    def chain(self) -> str:
        """That of its connection."""
        return self.connection_id


def missed(connection_id: str, slots: Sequence[datetime], reason: str) -> SlotMissed | SlotsMissed:
    """The one event that tells of these slots, at least one, oldest first."""
    if len(slots) == 1:
        return SlotMissed(connection_id=connection_id, slot=slots[0], reason=reason)
    return SlotsMissed(
        connection_id=connection_id,
        first=slots[0],
        last=slots[-1],
        count=len(slots),
        slots=tuple(slots),
        reason=reason,
    )


def run_of(fact: OfSlot) -> str | None:
    """Id of the run that a fact tells of; None for a fact of a slot and no run."""
    match fact:
        case OfRun():
            return fact.run_id
        case SlotMissed():
            return fact.run
        case _:
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedAgain(Shape):
    """One record, judged again by other rules."""

    seq: int
    """Its place in the log."""
    verdicts: str
    """SHA-256 of the verdicts."""
    expectations: str
    """SHA-256 of what they were measured against."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejudged(OfRun):
    """A night was judged again by other rules, from the pages sealed then."""

    KIND: ClassVar[str] = "rejudged"
    rules: str = field(metadata=named("rules_sha256"))
    records: tuple[JudgedAgain, ...]

    def judgings(self) -> Iterator[tuple[int, Judging]]:
        """(seq of the record, its new judging)."""
        for one in self.records:
            yield one.seq, Judging(rules=self.rules, verdicts=one.verdicts)

    def named_objects(self) -> Iterator[tuple[str, str]]:
        """("derived" or "rules", digest) of what it stands on."""
        yield "rules", self.rules
        for one in self.records:
            yield "derived", one.verdicts
            yield "derived", one.expectations


@dataclass(frozen=True, kw_only=True, slots=True)
class RightTold(Shape):
    """One thing that the collecting identity was allowed."""

    place: str
    """`/subscriptions/<id>` in lower case, `tenant`, or `Microsoft Graph`."""
    right: str
    """An action, a role and where it is held, or a permission of Microsoft Graph."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RightsChanged(OfRun):
    """The collecting identity lost or gained rights since the nights before."""

    KIND: ClassVar[str] = "rights_changed"
    CHAINED: ClassVar[bool] = True
    lost: tuple[RightTold, ...]
    gained: tuple[RightTold, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed(Shape):
    """One thing that judges, or judges differently, than in the night before."""

    what: str
    """`software`, `code`, `rules`, `setting <name>` or `expectation <key>`."""
    before: str
    now: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BasisChanged(OfRun):
    """A night is judged by other software, rules or expectations than the night before."""

    KIND: ClassVar[str] = "basis_changed"
    changes: tuple[Changed, ...]
    released_by: str | None
    """Who released it, as the settings of this installation say; None: not told."""
    commit: str | None
    """The commit it was built from; None: not told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing(Shape):
    """A derived object that lists keys with the protection read back of each."""

    sha256: str
    objects: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WeakestProtection(Shape):
    """The weakest protection that an object was stored with."""

    mode: str
    """`tamper-evident only`, `unlocked`, `locked` or `none`."""
    until: datetime | None
    legal_hold: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored(OfRun):
    """What a run left in the store, and what protects it, as read back when written."""

    KIND: ClassVar[str] = "stored"
    store: str
    """What the store guarantees, as people are told."""
    objects: int
    previous: int | None
    """Place of the `stored` event before it; None for the first."""
    listings: tuple[Listing, ...]
    """Empty where the store protects nothing by itself."""
    weakest: WeakestProtection
