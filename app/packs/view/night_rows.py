"""What a pack draws of its nights: plain data."""

from dataclasses import dataclass
from datetime import date, datetime

from app.controls.night_state import NightState


@dataclass(frozen=True, kw_only=True, slots=True)
class NightCell:
    """One day of the period in the coverage calendar: the worst of its nights."""

    day: date
    state: NightState
    detail: str
    nights: int = 1
    """Slots of the day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LostNights:
    """Consecutive nights that were not collected in their time, for one reason."""

    first: datetime
    last: datetime
    nights: int
    state: NightState
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrendCell:
    """Answers of a control's checks on one day; None where nothing was asked."""

    day: date
    passed: int | None
    failed: int | None
    unknown: int | None
