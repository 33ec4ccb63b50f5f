"""The nights of a pack: a cell for each day, a row for what was not collected in its time. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time

from app.controls.night_state import NightState
from app.controls.nights import by_day, late_by, late_words, state_of, worst_state
from app.controls.observed import Night, NightCount
from app.controls.period import Period
from app.packs.view.night_rows import LostNights, NightCell, TrendCell

UNPLANNED = "No night was planned."
BY_HAND = "No night was planned; somebody asked by hand."


def night_cells(nights: Iterable[Night], period: Period) -> tuple[NightCell, ...]:
    """One cell for each day of the period: the worst of its nights, never just the last."""
    found = by_day(nights)
    return tuple(_cell(day, found.get(day, [])) for day in period.days())


def lost_nights(nights: Iterable[Night], period: Period) -> tuple[LostNights, ...]:
    """Nights that were not collected in their time, neighbours of one cause together.

    Days without a night are among them, unless somebody asked by hand.
    """
    rows: list[LostNights] = []
    parted = True
    for slot, state, detail in _told(nights, period):
        if state is None:
            parted = True
            continue
        last = rows[-1] if rows else None
        if last and not parted and (last.state, last.detail) == (state, detail):
            rows[-1] = LostNights(
                first=last.first, last=slot, nights=last.nights + 1, state=state, detail=detail
            )
        else:
            rows.append(LostNights(first=slot, last=slot, nights=1, state=state, detail=detail))
        parted = False
    return tuple(rows)


def trend_cells(counts: Iterable[NightCount], period: Period) -> tuple[TrendCell, ...]:
    """Answers a day, summed over the checks given: of several nights of a day the worst."""
    totals: dict[datetime, list[int]] = {}
    for count in counts:
        night = totals.setdefault(count.slot, [0, 0, 0])
        for place, number in enumerate((count.passed, count.failed, count.unknown)):
            night[place] += number
    worst: dict[date, Sequence[int | None]] = {}
    opened: dict[date, int] = {}
    for slot in sorted(totals):
        night, day = totals[slot], slot.astimezone(UTC).date()
        if night[1] + night[2] >= opened.get(day, 0):
            worst[day], opened[day] = night, night[1] + night[2]
    return tuple(
        TrendCell(day=day, passed=passed, failed=failed, unknown=unknown)
        for day in period.days()
        for passed, failed, unknown in [worst.get(day, (None, None, None))]
    )


def _told(
    nights: Iterable[Night], period: Period
) -> Iterator[tuple[datetime, NightState | None, str]]:
    """Slot, state and cause of each night and each day without one; None for what is well."""
    found = by_day(nights)
    for day in period.days():
        own = _own(found.get(day, []))
        if not own:
            cell = _cell(day, found.get(day, []))
            state = NightState.NONE if cell.state is NightState.NONE else None
            yield datetime.combine(day, time.min, UTC), state, cell.detail
        for night in own:
            late = late_by(night)
            if late is not None:
                yield night.slot, NightState.LATE, late_words(late)
            else:
                state = None if night.collected else NightState.of(night)
                yield night.slot, state, night.detail


def _cell(day: date, nights: Sequence[Night]) -> NightCell:
    own = _own(nights)
    if own:
        worst = worst_state(own)
        detail = next((one.detail for one in own if state_of(one) == worst), "")
        return NightCell(day=day, state=worst, detail=detail, nights=len(own))
    if any(night.collected for night in nights):
        return NightCell(day=day, state=NightState.MANUAL, detail=BY_HAND, nights=0)
    return NightCell(day=day, state=NightState.NONE, detail=UNPLANNED, nights=0)


def _own(nights: Iterable[Night]) -> list[Night]:
    return [night for night in nights if not night.manual]
