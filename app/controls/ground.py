"""What an assessment stands on: what the nights of a period showed, and what that covers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from app.controls.coverage import Coverage, coverage_of
from app.controls.nights import Expected, History, expected_nights
from app.controls.observed import Interval, Night, NightCount, Removal, SealedRecord, SeenGap
from app.controls.period import Period
from app.controls.removals import Removals


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the nights of a period showed."""

    nights: Sequence[Night] = ()
    counts: Sequence[NightCount] = ()
    intervals: Sequence[Interval] = ()
    gaps: Sequence[SeenGap] = ()
    records: Sequence[SealedRecord] = ()
    removals: Sequence[Removal] = ()
    history: History = field(default_factory=History, compare=False)
    """Every night of the connection until the last of these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """Facts of a period and what follows from them, computed once for all controls."""

    facts: Facts
    period: Period
    coverage: Coverage
    """What the records of the period prove to have been seen."""
    expected: Expected
    """What a check should have been asked in."""
    removals: Removals
    """Proofs by which a deviation may end without a pass."""

    @classmethod
    def of(cls, facts: Facts, period: Period) -> Self:
        """The ground of a period; facts of other nights may be among them."""
        return cls(
            facts=facts,
            period=period,
            coverage=coverage_in(period, facts.nights, facts.records),
            expected=expected_in(period, facts.nights),
            removals=Removals(facts.removals),
        )


def coverage_in(
    period: Period, nights: Iterable[Night], records: Iterable[SealedRecord]
) -> Coverage:
    """What the records of the period prove to have been seen."""
    return coverage_of(
        [night for night in nights if period.holds(night.slot)],
        [record for record in records if period.holds(record.slot)],
    )


def expected_in(period: Period, nights: Iterable[Night]) -> Expected:
    """What a check should have been asked in: the slots of the period, and its other days."""
    return expected_nights(period.days(), [one for one in nights if period.holds(one.slot)])
