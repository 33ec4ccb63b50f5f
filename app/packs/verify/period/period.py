"""A period is whole: every planned slot is told of, and no event about its nights is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.packs.verify.checks import Report, need
from app.packs.verify.period.left_open import STEP_BACK, left_open
from app.packs.verify.period.links import (
    OF_PACK,
    Told,
    a_day,
    claimed_in,
    schedule_of,
    told_by,
    walked,
)
from app.packs.verify.period.nights import HOURS, Nights, judged, planned_between, told_slots
from app.packs.verify.period.planned import UnknownZone
from app.trust.time.openssl import Refused

NAMED_AT_MOST = 10
"""Slots named one by one; how many more there are is told."""


class Period:
    """Takes the proven entries of a bundle one by one, in the order of the log, then judges.

    `asked` is the period the auditor asks for, as FIRST..LAST; else it is that of the newest
    `pack_drawn`.
    """

    def __init__(self, asked: str | None = None) -> None:
        self._asked = asked
        self._told: dict[str, dict[int, Told]] = {}
        self._drawn: tuple[str, Told] | None = None
        self._malformed: list[tuple[str, str, str]] = []
        self._newest: tuple[datetime, str] | None = None

    def take(self, name: str, entry: Mapping[str, Any]) -> None:
        """An entry that is proven to be in the log."""
        try:
            found = told_by(name, entry)
            self._note_time(name, entry)
        except Refused as error:
            self._malformed.append((name, str(error), "record_malformed"))
            return
        if found is None:
            return
        connection, told = found
        self._told.setdefault(connection, {})[told.seq] = told
        if told.kind == OF_PACK:
            if not told.linked:  # whoever tells of packs links events
                said = "it is in no chain of its connection: what was left out would not show"
                self._malformed.append((name, said, "night_unlinked"))
            self._drawn = found

    def _note_time(self, name: str, entry: Mapping[str, Any]) -> None:
        """The newest time that any entry claims."""
        at = claimed_in(entry)
        if at is not None and (self._newest is None or at > self._newest[0]):
            self._newest = at, name

    @property
    def drawn(self) -> tuple[str, str] | None:
        """First and last day of the period that was drawn. None in an older bundle."""
        if self._drawn is None:
            return None
        detail = self._drawn[1].detail
        return str(detail.get("first")), str(detail.get("last"))

    def finish(self, report: Report) -> None:
        """Write down what holds, what does not, and what the bundle does not prove."""
        for wrong in self._malformed:
            report.fail(*wrong)
        if self._drawn is None:
            said = "that no night was left out, and which were planned"
            self._leave_open(report, said)
            return
        connection, head = self._drawn
        days = self._days(head, report)
        if days is None:
            return
        found = PeriodProof(self._told[connection], head, days, head.at)
        for wrong in found.wrong:
            report.fail(*wrong)
        for said in (*found.unproved, *self._stepped_back(head)):
            self._leave_open(report, said)
        for said in found.left_open if self._asked else ():
            self._leave_open(report, said)
        report.unproved += found.doubtful
        if found.sentence and not found.wrong:
            report.held += 1
            report.notes.append(found.sentence)

    def _days(self, head: Told, report: Report) -> tuple[datetime, datetime] | None:
        """First and last instant of the period, where the bundle reaches back to it."""
        drawn = report.check(head.name, "names a period", lambda: drawn_days(head))
        days: tuple[datetime, datetime] | None = drawn
        if self._asked is not None:
            days = report.check("--period", "is a period", self._wanted, "period_malformed")
        if drawn is None or days is None:
            return None
        said = ""
        if days[0] < drawn[0]:
            said = f"the pack begins with {drawn[0]:%Y-%m-%d}: the bundle does not reach back"
        elif self._asked is not None and head.at < days[0]:
            said = f"the pack was drawn at {head.at:%Y-%m-%d %H:%M} UTC, before that began"
        if said:
            report.fail("--period", said, "period_not_covered")
        return None if said else days

    def _stepped_back(self, head: Told) -> Iterator[str]:
        """By a clock that was set back, nights of the period would lie after the pack."""
        if self._newest is not None and head.at < self._newest[0] - STEP_BACK:
            at, name = self._newest
            yield (
                f"any night after {head.at:%Y-%m-%d %H:%M} UTC, as of which the pack was drawn "
                f"({name} says {at:%Y-%m-%d %H:%M} UTC: a clock was set back)"
            )

    def _leave_open(self, report: Report, said: str) -> None:
        """A note for whoever reads the bundle; a failure for whoever asks for a period."""
        if self._asked is None:
            report.unproved.append(said)
        else:
            report.fail("--period", f"not proved by this bundle: {said}", "period_unproved")

    def _wanted(self) -> tuple[datetime, datetime]:
        first, dots, last = (self._asked or "").partition("..")
        need(dots, "a period is FIRST..LAST, such as 2026-01-01..2026-03-31")
        return from_day_to_day(first, last)


def drawn_days(drawn: Told) -> tuple[datetime, datetime]:
    """First and last instant of the period of a `pack_drawn`. Raises Refused."""
    return from_day_to_day(drawn.detail.get("first"), drawn.detail.get("last"))


def from_day_to_day(first: Any, last: Any) -> tuple[datetime, datetime]:
    """First and last instant, in UTC, of these days. Raises Refused."""
    start, end = a_day(first), a_day(last) + (24 * HOURS - timedelta(microseconds=1))
    need(start <= end, f"{first} is after {last}")
    return start, end


class PeriodProof:
    """What the events of one connection prove of a period, up to the event `head`.

    What was due an hour before `now`, but for the newest, must be told of: shortly before a pack
    a night may wait for it.
    """

    def __init__(
        self,
        events: Mapping[int, Told],
        head: Told,
        days: tuple[datetime, datetime],
        now: datetime,
    ) -> None:
        self.wrong: list[tuple[str, str, str]] = []
        """(entry, reason, code) of each thing that does not hold."""
        self.unproved: list[str] = []
        """Nights or plans that nothing here speaks of."""
        self.doubtful: list[str] = []
        """What this computer's data of time zones leave open."""
        self.left_open: list[str] = []
        """What had not ended when the pack was drawn."""
        self.sentence = ""
        """What is proved, for people; empty when nothing is."""
        self.nights = Nights()
        chain, wrong = walked(events, head, days[0])
        schedule, more, whole_since = schedule_of(events, chain)
        self.wrong += [(told.name, reason, code) for told, reason, code in (*wrong, *more)]
        start, self._until = self._start(chain, days[0]), days[1]
        if whole_since is None or whole_since > start:
            self.unproved.append("that its schedule is told whole (an older Annexa began it)")
        if start < days[1] and start <= now:
            self._judge(chain, schedule, (start, min(days[1], now)), now)
            if self.sentence:
                self.sentence = f"complete for {_span(start, days, now)}: {self.sentence}"
        elif now < start:
            self.unproved.append(
                f"any night of the period (the log says that it was {now:%Y-%m-%d %H:%M} UTC then)"
            )

    def _start(self, chain: list[Told], first: datetime) -> datetime:
        """From when on the chain proves anything."""
        oldest = chain[0]
        if oldest.linked or oldest.at < first:
            return first
        self.unproved.append(
            f"the nights before {oldest.at:%Y-%m-%d %H:%M} UTC (an older Annexa sealed them)"
        )
        return oldest.at

    def _judge(
        self,
        chain: list[Told],
        schedule: list[Told],
        span: tuple[datetime, datetime],
        now: datetime,
    ) -> None:
        try:
            slots = {
                slot: one for slot, one in told_slots(chain).items() if span[0] <= slot <= span[1]
            }
            planned = planned_between(schedule, *span)
            over = is_over(schedule, span[1], now)
        except Refused as error:
            self.wrong.append((chain[-1].name, str(error), "record_malformed"))
            return
        except UnknownZone as error:
            self.unproved.append(f"which nights were planned ({error})")
            return
        nights = self.nights = judged(Nights(slots=slots, planned=planned), now - HOURS, over=over)
        self._tell(nights)
        self.left_open += left_open(nights, schedule, now, self._until)
        self.sentence = nights.sentence

    def _tell(self, nights: Nights) -> None:
        for slot in nights.untold[:NAMED_AT_MOST]:
            said = f"the night of {slot:%Y-%m-%d %H:%M} UTC was planned, and no entry tells of it"
            self.wrong.append(("entries", said, "slot_untold"))
        more = len(nights.untold) - NAMED_AT_MOST
        if more > 0:
            said = f"{more} more planned nights, of which no entry tells"
            self.wrong.append(("entries", said, "slot_untold"))
        for one in nights.unended:
            said = "the run that it begins has no end, though the night after it was due"
            self.wrong.append((one.told.name, said, "run_unended"))
        if nights.moved:
            said = f"{nights.moved} slots lie otherwise by this computer's data of time zones"
            self.doubtful.append(f"the very minute of each planned night ({said})")


def is_over(schedule: list[Told], end: datetime, now: datetime) -> bool:
    """Whether a night fell due after a period: those of the period are then over."""
    try:
        later = planned_between(schedule, end, max(end, now))
    except UnknownZone:
        return False
    return any(end < slot <= now - HOURS for slot in later)


def _span(start: datetime, days: tuple[datetime, datetime], now: datetime) -> str:
    first = f"{start.date()}" if start == days[0] else f"{start:%Y-%m-%d %H:%M} UTC"
    return f"{first} to {days[1].date()}" + (
        f", as far as due at {now:%Y-%m-%d %H:%M} UTC" if now < days[1] else ""
    )
