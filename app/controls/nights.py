"""Nights are slots, not days: what became of each, which are missing, and what that leaves. Pure.

A manual run is no night of the schedule: it neither fills nor hides one that was not collected.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from app.controls.night_state import NightState
from app.controls.observed import Night, NightCount
from app.evidence.run_state import RunState

LATE_BEGUN = timedelta(hours=1)
LATE_ENDED = timedelta(hours=6)
ON, ON_OR_BEFORE = "on", "on or before"
_WORST = (
    NightState.MISSED,
    NightState.FAILED,
    NightState.RUNNING,
    NightState.PLANNED,
    NightState.COMPLETE_WITH_GAPS,
    NightState.LATE,
    NightState.COMPLETE,
)


def late_by(night: Night) -> timedelta | None:
    """How long after its slot a collected night was seen; None where that is no longer than usual.

    It is late when it began more than an hour after its slot, or ended more than six hours after:
    what it shows is Azure of then, not of its slot. A manual run is never late.
    """
    if night.manual or not night.collected:
        return None
    if night.started_at is not None and night.started_at - night.slot > LATE_BEGUN:
        return night.started_at - night.slot
    if night.finished_at is not None and night.finished_at - night.slot > LATE_ENDED:
        return night.finished_at - night.slot
    return None


def late_words(by: timedelta) -> str:
    """`collected 12 h late`, `collected 2 days 3 h late`."""
    hours = round(by / timedelta(hours=1))
    days, rest = divmod(hours, 24)
    if not days:
        return f"collected {hours} h late"
    said = f"{days} day{'s' * (days != 1)}" + f" {rest} h" * bool(rest)
    return f"collected {said} late"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many nights of the schedule came to what."""

    planned: int
    """All nights of the schedule, whatever became of them."""
    collected: int
    """Complete ones, with gaps or not, late ones too."""
    with_gaps: int
    late: int
    missed: int
    failed: int
    unfinished: int
    """Planned or running still."""
    manual: int
    """Runs by hand, apart from all others."""

    @property
    def sentence(self) -> str:
        """`58 of 62 slots collected; 2 late, 3 missed, 1 failed; 4 runs by hand`."""
        said = [f"{self.collected:,} of {self.planned:,} slot{'s' * (self.planned != 1)} collected"]
        told = {
            "with gaps": self.with_gaps,
            "late": self.late,
            "missed": self.missed,
            "failed": self.failed,
            "not finished": self.unfinished,
        }
        apart = ", ".join(f"{number:,} {word}" for word, number in told.items() if number)
        said += [apart] if apart else []
        if self.manual:
            said.append(f"{self.manual:,} run{'s' * (self.manual != 1)} by hand")
        return "; ".join(said)


def tally(nights: Iterable[Night]) -> Tally:
    """Count them."""
    known = list(nights)
    own = [night for night in known if not night.manual]
    return Tally(
        planned=len(own),
        collected=sum(night.collected for night in own),
        with_gaps=sum(night.state is RunState.COMPLETE_WITH_GAPS for night in own),
        late=sum(late_by(night) is not None for night in own),
        missed=sum(night.state is RunState.MISSED for night in own),
        failed=sum(night.state is RunState.FAILED for night in own),
        unfinished=sum(night.state.unfinished for night in own),
        manual=len(known) - len(own),
    )


def state_of(night: Night) -> NightState:
    """Its state, where `late` stands for a complete night that was collected late."""
    late = night.state is RunState.COMPLETE and late_by(night)
    return NightState.LATE if late else NightState.of(night)


def worst_state(nights: Sequence[Night]) -> NightState:
    """The worst of a day's nights: one that was lost is never hidden by another of its day."""
    return min((state_of(night) for night in nights), key=_WORST.index)


def by_day(nights: Iterable[Night]) -> dict[date, list[Night]]:
    """Nights by the UTC date of their slot, oldest first."""
    found: dict[date, list[Night]] = {}
    for night in sorted(nights, key=lambda night: night.slot):
        found.setdefault(night.slot.astimezone(UTC).date(), []).append(night)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What a check should have been asked in."""

    slots: frozenset[datetime]
    """Nights of the schedule, whatever became of them."""
    days: frozenset[date]
    """Days without such a night: before there was a connection, or between the nights of a week.
    Somebody may have asked by hand."""

    @property
    def number(self) -> int:
        """Slots and days."""
        return len(self.slots) + len(self.days)

    def covered(self, asked: Iterable[datetime]) -> int:
        """How many of them have an answer, given the slots of all runs that gave one."""
        given = set(asked)
        days = {slot.astimezone(UTC).date() for slot in given}
        return len(self.slots & given) + len(self.days & days)


def expected_nights(days: Iterable[date], nights: Iterable[Night]) -> Expected:
    """Of a period's days and nights. A run by hand on a day with a slot fills nothing."""
    slots = frozenset(night.slot for night in nights if not night.manual)
    planned = {slot.astimezone(UTC).date() for slot in slots}
    return Expected(slots=slots, days=frozenset(days) - planned)


def expected_days(days: Iterable[date]) -> Expected:
    """As bundles counted before slots were: each day once, whatever was planned on it."""
    return Expected(slots=frozenset(), days=frozenset(days))


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """Every night of a connection so far, and since when each check is asked."""

    nights: Sequence[Night] = ()
    """Oldest first."""
    first_asked: Mapping[str, datetime] = field(default_factory=dict)
    """First slot in which a check was answered at all, by the check's full id."""

    @classmethod
    def of(cls, nights: Iterable[Night], counts: Iterable[NightCount]) -> "History":
        """From all nights, in whatever order, and the counts of all that were answered."""
        first: dict[str, datetime] = {}
        for count in counts:
            first[count.check_id] = min(count.slot, first.get(count.check_id, count.slot))
        return cls(nights=sorted(nights, key=lambda night: night.slot), first_asked=first)

    def since_is(self, check_id: str, first: datetime) -> str:
        """`on or before` when nobody looked before: it may have been so for longer. Else `on`."""
        asked = self.first_asked.get(check_id)
        return ON_OR_BEFORE if asked is None or first <= asked else ON

    def not_collected(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        """Slots of the schedule between these two that show nothing: missed or failed."""
        lost = [night.slot for night in self.nights if not night.manual and night.state.lost]
        return tuple(lost[bisect_left(lost, first) : bisect_right(lost, last)])


def holes_words(number: int) -> str:
    """`with 2 slots not collected`; empty for none."""
    return f"with {number:,} slot{'s' * (number != 1)} not collected" if number else ""
