"""The assessment of a control over a period: pure, and blindness is never compliance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.controls.catalogue import Control
from app.controls.coverage import COLLECTED_RECORDS
from app.controls.deviations import Deviation, Ending, deviations_of
from app.controls.ground import Ground
from app.controls.nights import Expected
from app.controls.observed import Interval, NightCount, SealedRecord, SeenGap
from app.controls.period import Period, overlaps
from collectors.kit import Check, Collector, Status
from collectors.kit.level import leans_on

__all__ = [
    "Assessment",
    "CheckFigures",
    "ControlCheck",
    "Deviation",
    "Ending",
    "State",
    "assess",
    "checks_of",
]


class State(StrEnum):
    """What may be said of a control. None of these says that ISO is met or not met."""

    CLEAN = "evidence collected, no deviations"
    DEVIATIONS = "deviations noted"
    INCOMPLETE = "evidence incomplete"
    MANUAL = "manual evidence required"
    NOT_APPLICABLE = "not applicable (SoA)"


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlCheck:
    """A check together with the collector it belongs to."""

    collector: Collector
    check: Check

    @property
    def id(self) -> str:
        """Full id: `<collector id>.<check id>`."""
        return f"{self.collector.id}.{self.check.id}"

    def touched_by(self, gap: SeenGap) -> bool:
        """Whether the gap lies in what this check looks at, or in what that was derived from."""
        if gap.collector_id != self.collector.id:
            return False
        return gap.read in self._reads() or gap.read not in self.collector.reads

    def _reads(self) -> set[str]:
        """The read the check is on, what that is asked for, and what the check looks at beside."""
        reads = set[str]()
        wanted = [self.check.on, *self.check.uses, *self.check.beside]
        while wanted:
            name = wanted.pop()
            read = self.collector.reads.get(name)
            if read is not None and name not in reads:
                reads.add(name)
                wanted += leans_on(read)
        return reads


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckFigures:
    """Numbers of one check: the last night on which it was asked, and its nights."""

    check_id: str
    last_slot: datetime | None
    """Newest night on which the check was asked; None when there is none."""
    passed: int
    failed: int
    unknown: int
    nights_collected: int
    """Slots with a record; of days without a slot, those on which somebody asked by hand."""
    nights_missed: int
    """Slots of the period without a record, whether missed or failed, and days of it on which no
    night was planned and nobody asked."""
    gaps: int

    @property
    def population(self) -> int:
        """Subjects on the last night."""
        return self.passed + self.failed + self.unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """A control over a period."""

    control_id: str
    state: State
    figures: tuple[CheckFigures, ...]
    deviations: tuple[Deviation, ...]
    gaps: tuple[SeenGap, ...]
    incomplete: tuple[str, ...]
    """Why the evidence is incomplete, one sentence each; empty when it is complete."""
    by_rules: tuple[Interval, ...] = ()
    """Verdicts of the period that other rules gave otherwise, each with what those said."""


def checks_of(control_id: str, collectors: Iterable[Collector]) -> tuple[ControlCheck, ...]:
    """Every check that gives evidence for this control."""
    return tuple(
        ControlCheck(collector=collector, check=check)
        for collector in collectors
        for check in collector.checks
        if control_id in check.controls
    )


def assess(
    control: Control,
    checks: Sequence[ControlCheck],
    ground: Ground,
    *,
    applicable: bool = True,
) -> Assessment:
    """What may be said of the control, on the ground of a period.

    A slot of the period without a record, a day without either, a gap or an unknown on any night,
    or a last night that showed no subject at all, makes the evidence incomplete; a deviation on
    any night outweighs that, and what is incomplete stays listed. The records of all collectors
    tell an empty population from a check that was never asked; removals are the proofs by which a
    deviation may end without a pass.
    """
    facts, period = ground.facts, ground.period
    ids = {check.id for check in checks}
    collectors = {check.collector.id for check in checks}
    verdicts = [interval for interval in facts.intervals if interval.check_id in ids]
    sealed = [r for r in facts.records if r.collector_id in collectors and period.holds(r.slot)]
    counted = [c for c in facts.counts if c.check_id in ids and period.holds(c.slot)]
    gaps = [gap for gap in facts.gaps if period.holds(gap.slot)]
    seen = tuple(gap for gap in gaps if any(check.touched_by(gap) for check in checks))
    figures = tuple(_figures(check, ground, counted, seen) for check in checks)
    deviations = _deviations(checks, figures, verdicts, ground)
    incomplete = (
        *_uncovered(figures, sealed, ground.expected),
        *_late(sum(ground.coverage.late.get(collector, 0) for collector in collectors)),
        *_unknowns(figures, counted, verdicts, period),
        *_gaps(seen),
    )
    return Assessment(
        control_id=control.id,
        state=_state(applicable, checks, deviations, counted, incomplete),
        figures=figures,
        deviations=deviations,
        gaps=seen,
        incomplete=incomplete,
        by_rules=tuple(one for one in verdicts if one.former and overlaps(one, period)),
    )


def _state(
    applicable: bool,  # noqa: FBT001 - private, one call
    checks: Sequence[ControlCheck],
    deviations: tuple[Deviation, ...],
    counted: Sequence[NightCount],
    incomplete: tuple[str, ...],
) -> State:
    if not applicable:
        return State.NOT_APPLICABLE
    if not checks:
        return State.MANUAL
    if deviations or any(count.failed for count in counted):
        return State.DEVIATIONS
    return State.INCOMPLETE if incomplete else State.CLEAN


def _figures(
    check: ControlCheck,
    ground: Ground,
    counted: Sequence[NightCount],
    gaps: Sequence[SeenGap],
) -> CheckFigures:
    slots = ground.coverage.nights(check.collector, check.check)
    last = max(slots, default=None)
    covered = ground.expected.covered(slots)
    here = [count for count in counted if count.check_id == check.id and count.slot == last]
    return CheckFigures(
        check_id=check.id,
        last_slot=last,
        passed=sum(count.passed for count in here),
        failed=sum(count.failed for count in here),
        unknown=sum(count.unknown for count in here),
        nights_collected=covered,
        nights_missed=ground.expected.number - covered,
        gaps=sum(check.touched_by(gap) for gap in gaps),
    )


def _deviations(
    checks: Sequence[ControlCheck],
    figures: Sequence[CheckFigures],
    verdicts: Iterable[Interval],
    ground: Ground,
) -> tuple[Deviation, ...]:
    last = {figure.check_id: figure.last_slot for figure in figures}
    own = (verdict for verdict in verdicts if overlaps(verdict, ground.period))
    found = deviations_of(own, last, ground.removals.after)
    order = {check.id: place for place, check in enumerate(checks)}
    found.sort(key=lambda d: (not d.open, order[d.check_id], d.subject_name, d.first_slot))
    return tuple(found)


def _uncovered(
    figures: Sequence[CheckFigures], sealed: Iterable[SealedRecord], wanted: Expected
) -> list[str]:
    said = []
    missed = max((figure.nights_missed for figure in figures), default=0)
    if missed:
        said.append(f"{_count(missed, 'night')} of {wanted.number} without a record.")
    empty_handed = sum(record.outcome not in COLLECTED_RECORDS for record in sealed)
    if empty_handed:
        said.append(f"{_count(empty_handed, 'record')} of a source that refused or failed.")
    if figures and not any(figure.population for figure in figures):
        said.append("No subject was seen.")
    return said


def _late(records: int) -> list[str]:
    return (
        [f"{_count(records, 'record')} collected too late to show that night."] if records else []
    )


def _unknowns(
    figures: Iterable[CheckFigures],
    counted: Iterable[NightCount],
    verdicts: Iterable[Interval],
    period: Period,
) -> list[str]:
    now = sum(figure.unknown for figure in figures)
    if now:
        return [f"{_count(now, 'unknown answer')} on the last night."]
    before = any(count.unknown for count in counted) or any(
        verdict.status is Status.UNKNOWN and overlaps(verdict, period) for verdict in verdicts
    )
    return ["Unknown answers on earlier nights of the period."] if before else []


def _gaps(gaps: Sequence[SeenGap]) -> list[str]:
    if not gaps:
        return []
    nights = len({gap.slot for gap in gaps})
    return [f"{_count(len(gaps), 'gap')} on {_count(nights, 'night')}."]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
