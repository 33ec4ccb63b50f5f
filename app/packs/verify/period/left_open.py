"""What of a period is still open when a pack is drawn: for whoever asks for the whole of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.packs.verify.period.links import OF_SCHEDULE, Told
from app.packs.verify.period.nights import Nights
from app.packs.verify.period.planned import UnknownZone, planned_slots

AHEAD = timedelta(days=3660)
"""Every line that has slots has one within it: 29 February comes after eight years at most."""
STEP_BACK = timedelta(minutes=10)
"""Collectors work side by side and clocks are corrected: entries may step back by so much."""


def left_open(
    nights: Nights, schedule: list[Told], now: datetime, until: datetime
) -> Iterator[str]:
    """Nights of the period that `now`, when the pack was drawn, had not seen the end of."""
    for slot in nights.waiting[:1]:
        yield f"the night of {slot:%Y-%m-%d %H:%M} UTC (nothing was told of it yet)"
    begun = [slot for slot, one in sorted(nights.slots.items()) if one.state == "begun"]
    for slot in begun[:1]:
        yield f"the night of {slot:%Y-%m-%d %H:%M} UTC (its run had not ended)"
    if coming(schedule, now, until):
        yield f"the nights after {now:%Y-%m-%d %H:%M} UTC (the pack was drawn then)"


def coming(schedule: list[Told], now: datetime, until: datetime) -> bool:
    """Whether a night is planned after now. Of a line that cannot be read one may be."""
    in_force = schedule[-1] if schedule else None
    if now >= until or in_force is None or in_force.kind == OF_SCHEDULE[-1]:
        return False
    line, zone = in_force.detail.get("schedule"), in_force.detail.get("time_zone", "UTC")
    if line is None:
        return False
    try:
        return any(True for _ in planned_slots(str(line), str(zone), now, min(until, now + AHEAD)))
    except UnknownZone:
        return True
