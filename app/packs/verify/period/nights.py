"""What became of each slot of a period, and whether every planned one is told of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from heapq import heappop, heappush
from itertools import islice

from app.packs.verify.checks import need
from app.packs.verify.period.links import OF_SCHEDULE, Told, instant_in, slots_told
from app.packs.verify.period.planned import UnknownZone, planned_slots

HOURS = timedelta(hours=1)
ANY_TIME = datetime(2000, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - Python 3.8
NEAR = 3 * HOURS
"""Zone data of another year move a slot by so much at most."""
MOST_SLOTS = 100_000
"""Nights of a period: one an hour for eleven years. Who plans more is not counted through."""
BY_HAND = "manual"
ENDS = {"run_completed": "completed", "run_failed": "failed"}


@dataclass
class Slot:
    """One slot and what the log tells of it."""

    state: str
    """begun, completed, failed or missed."""
    trigger: str
    run: str
    told: Told
    """The event that the state stands on."""


@dataclass
class Nights:
    """The slots between two instants."""

    slots: dict[datetime, Slot] = field(default_factory=dict)
    planned: list[datetime] = field(default_factory=list)
    waiting: list[datetime] = field(default_factory=list)
    """Planned, not told of, and not to be expected yet."""
    untold: list[datetime] = field(default_factory=list)
    unended: list[Slot] = field(default_factory=list)
    moved: int = 0
    """Slots that this computer's zone data place a little otherwise."""

    @property
    def by_schedule(self) -> list[Slot]:
        """What is told of the planned slots."""
        return [self.slots[slot] for slot in self.planned if slot in self.slots]

    @property
    def by_hand(self) -> int:
        """Runs that somebody asked for, in slots of their own."""
        planned = {*self.planned}
        return sum(slot not in planned for slot in self.slots)

    @property
    def sentence(self) -> str:
        """`88 of 90 slots, 2 missed, 1 late`."""
        states = Counter(slot.state for slot in self.by_schedule)
        done = [slot for slot in self.by_schedule if slot.state == "completed"]
        more = {
            "failed": states["failed"],
            "late": sum(slot.trigger == "catch_up" for slot in done),
            "begun and not ended yet": states["begun"],
            "waiting": len(self.waiting),
            "by hand": self.by_hand,
        }
        said = f"{len(done)} of {len(self.planned)} slots, {states['missed']} missed"
        return "".join((said, *(f", {many} {what}" for what, many in more.items() if many)))


def told_slots(chain: list[Told]) -> dict[datetime, Slot]:
    """What the events of a chain, oldest first, tell of each slot: one has one run."""
    found: dict[datetime, Slot] = {}
    missed: list[timedelta] = []  # the latest first, so that each is looked at once
    for told in chain:
        if told.kind in {"slot_missed", "slots_missed"}:
            for slot in slots_told(told):
                if slot not in found or found[slot].state == "begun":
                    found[slot] = Slot("missed", "scheduled", "", told)
                    heappush(missed, ANY_TIME - slot)
        elif told.kind == "slots_reopened":
            since = instant_in(told.detail.get("since"))
            while missed and ANY_TIME - missed[0] > since:
                del found[ANY_TIME - heappop(missed)]
        elif told.kind == "run_started" or told.kind in ENDS:
            slot = instant_in(told.detail.get("slot"))
            run, trigger = (str(told.detail.get(key, "")) for key in ("run_id", "trigger"))
            known = found.setdefault(slot, Slot("begun", trigger or "scheduled", run, told))
            if known.run == run and told.kind in ENDS:
                known.state, known.told = ENDS[told.kind], told
    return found


def planned_between(schedule: list[Told], start: datetime, until: datetime) -> list[datetime]:
    """Slots in [start, until] that the events of a schedule, oldest first, planned.

    Raises Refused, and UnknownZone also for a line of the meaning before that of Unix.
    """
    found: list[datetime] = []
    ends = [told.at for told in schedule[1:]] + [until]
    for told, end in zip(schedule, ends):  # noqa: B905 - Python 3.8
        line, zone = told.detail.get("schedule"), told.detail.get("time_zone", "UTC")
        if line is None or told.kind == OF_SCHEDULE[-1]:
            continue
        first = told.at if told.at >= start else start - timedelta(microseconds=1)
        last = min(end, until)
        if first >= last:
            continue
        if told.detail.get("schedule_meaning", "former") != "unix":
            raise UnknownZone(f"the line {line!r} has the meaning that Annexa gave it formerly")
        found += islice(planned_slots(str(line), str(zone), first, last), MOST_SLOTS)
        need(len(found) < MOST_SLOTS, "more nights are planned than any period has")
    return sorted({*found})


def judged(nights: Nights, due: datetime, *, over: bool) -> Nights:
    """Fill in which planned slots nobody tells of, and which runs have no end.

    What was planned until `due`, but for the newest, has been collected, given up or missed; and
    the newest too where the period is `over`: a later night was due.
    """
    newest = due if over else max((s for s in nights.planned if s <= due), default=None)
    free = sorted(slot for slot in {*nights.slots} - {*nights.planned})
    for place, slot in enumerate(list(nights.planned)):
        if slot in nights.slots:
            continue
        close = free[bisect_left(free, slot - NEAR) : bisect_right(free, slot + NEAR)]
        near = [one for one in close if nights.slots[one].trigger != BY_HAND]
        if near:
            free.remove(near[0])
            nights.planned[place] = near[0]
            nights.moved += 1
        elif newest is not None and slot < newest:
            nights.untold.append(slot)
        else:
            nights.waiting.append(slot)
    nights.unended = [
        known
        for slot, known in sorted(nights.slots.items())
        if known.state == "begun" and newest is not None and slot < newest
    ]
    return nights
