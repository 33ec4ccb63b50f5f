"""A period is proved by the chain of its connection: whatever is left out is named."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.evidence.canonical import parse
from app.evidence.events.access_events import PackDrawn
from app.evidence.events.connection_events import (
    ConnectionAdded,
    ConnectionChanged,
    ConnectionRetired,
)
from app.evidence.events.fact import Fact, event_of
from app.evidence.events.kinds import CHAINED
from app.evidence.events.run_events import RunCompleted, RunFailed, RunStarted, missed
from app.evidence.record import EntryPlace
from app.packs.verify.checks import Report
from app.packs.verify.period.links import OF_CHAIN, Told
from app.packs.verify.period.nights import planned_between
from app.packs.verify.period.period import Period
from app.services.log.chains import Chains
from app.trust.time.openssl import Refused

ID = "8dd28e65-cc14-4ce2-bfcf-42935c49e3c8"
BEGAN = datetime(2026, 2, 20, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 10)
NIGHTLY, WEEKLY = "0 2 * * *", "0 2 * * 1"
Entry = dict[str, Any]


def connection(schedule: str = NIGHTLY, **more: Any) -> ConnectionAdded:
    return ConnectionAdded(
        id=ID,
        name="contoso",
        tenant_id="t",
        credential={},
        cloud="public",
        cloud_file=None,
        subscriptions=(),
        schedule=schedule,
        **{"schedule_meaning": "unix", **more},
    )


def changed(schedule: str, **more: Any) -> ConnectionChanged:
    detail = connection(schedule, **more).detail()
    return ConnectionChanged.of(detail)


class Made:
    """A log of one connection, its events linked as a writer links them."""

    def __init__(self, *, linked: bool = True) -> None:
        self.data: list[bytes] = []
        self._chains = Chains(lambda seq: self.data[seq])
        self.linked = linked

    def tell(self, fact: Fact, at: datetime) -> int:
        size = len(self.data)
        place = EntryPlace(
            seq=size,
            prev_sha256=None,
            link=(lambda e: self._chains.link(e.chain, size, begins=e.begins))
            if self.linked
            else None,
        )
        data = event_of(fact, at=at, actor="test").sealed(place)
        self._chains.take(size, data)
        self.data.append(data)
        return size

    def night(self, slot: datetime, *, late: bool = False, by_hand: bool = False) -> None:
        start = self.begun(slot, late=late, by_hand=by_hand)
        done = RunCompleted(connection_id=ID, slot=slot, run_id=str(slot), records=0, gaps=0)
        self.tell(done, start + timedelta(minutes=5))

    def begun(self, slot: datetime, *, late: bool = False, by_hand: bool = False) -> datetime:
        trigger = "manual" if by_hand else "catch_up" if late else "scheduled"
        start = slot + timedelta(hours=late)
        run = RunStarted(
            connection_id=ID, slot=slot, run_id=str(slot), trigger=trigger, by="replica"
        )
        self.tell(run, start)
        return start

    def drawn(self, at: datetime, first: date = FIRST, last: date = LAST) -> int:
        fact = PackDrawn(
            pack_id="AXP-1",
            connection_id=ID,
            engagement="audit",
            first=first,
            last=last,
            evidence_size=len(self.data),
            evidence_root="00",
            files={},
        )
        return self.tell(fact, at)

    def entries(self) -> list[Entry]:
        return [parse(data) for data in self.data]


def nights(first: date, last: date) -> Iterable[datetime]:
    day = datetime(first.year, first.month, first.day, 2, tzinfo=UTC)
    while day.date() <= last:
        yield day
        day += timedelta(days=1)


AFTER = datetime(2026, 3, 12, 12, tzinfo=UTC)


def made(until: date = date(2026, 3, 12), *, linked: bool = True) -> Made:
    """Nights from 21 February on; the 3rd is late, the 5th failed, the 7th and 8th were missed."""
    log = Made(linked=linked)
    log.tell(connection(), BEGAN)
    for slot in nights(date(2026, 2, 21), until):
        match slot.date():
            case date(month=3, day=5):
                failed = RunFailed(
                    connection_id=ID,
                    slot=slot,
                    run_id=str(slot),
                    trigger="scheduled",
                    by="replica",
                    reason="no",
                )
                log.tell(failed, slot)
            case date(month=3, day=7):
                pass
            case date(month=3, day=8):
                log.tell(missed(ID, [slot - timedelta(days=1), slot], "no"), slot)
            case day:
                log.night(slot, late=day == date(2026, 3, 3))
    return log


def finished(entries: Iterable[Entry], asked: str | None = None) -> Report:
    report, period = Report(), Period(asked)
    for entry in entries:
        period.take(f"entries/{entry['seq']:012d}.json", entry)
    period.finish(report)
    return report


def codes(report: Report) -> list[str]:
    return [line["code"] for line in report.failed]


def said(report: Report) -> str:
    (line,) = report.notes
    return line


def test_a_whole_period_is_told_with_its_counts() -> None:
    log = made()
    log.night(datetime(2026, 3, 12, 9, tzinfo=UTC), by_hand=True)
    log.drawn(AFTER)
    report = finished(log.entries())
    assert codes(report) == report.unproved == []
    assert said(report) == (
        "complete for 2026-03-01 to 2026-03-10: 7 of 10 slots, 2 missed, 1 failed, 1 late"
    )


def test_only_what_the_chain_reaches_back_to_is_needed() -> None:
    log = made()
    head = log.drawn(AFTER)
    entries = log.entries()
    before = max(one["seq"] for one in entries if one["at"] < "2026-03-01")
    kept = [entries[0], *entries[before : head + 1]]
    assert codes(finished(kept)) == []
    assert codes(finished(entries[before:])) == ["schedule_left_out"]
    assert codes(finished([entries[0], *entries[before + 1 :]])) == ["night_left_out"]


def test_whatever_is_left_out_of_the_chain_is_named() -> None:
    log = made()
    head = log.drawn(AFTER)
    entries = log.entries()
    start = next(one["seq"] for one in entries if one["at"] >= "2026-03-01")
    for left_out in range(start, head):
        report = finished(one for one in entries if one["seq"] != left_out)
        assert "night_left_out" in codes(report), entries[left_out]["kind"]
        (line,) = [one for one in report.failed if one["code"] == "night_left_out"]
        assert f"entry {left_out}," in line["reason"]


def test_a_planned_night_that_nobody_tells_of_is_named() -> None:
    log = Made()
    log.tell(connection(), BEGAN)
    for slot in nights(date(2026, 2, 21), date(2026, 3, 12)):
        if slot.date() != date(2026, 3, 4):
            log.night(slot)
    log.drawn(AFTER)
    report = finished(log.entries())
    assert codes(report) == ["slot_untold"]
    assert "2026-03-04 02:00" in report.failed[0]["reason"]
    assert report.notes == []


def test_a_run_without_an_end_is_named_once_the_next_night_was_due() -> None:
    log = made(date(2026, 3, 9))
    log.begun(datetime(2026, 3, 10, 2, tzinfo=UTC))
    early = datetime(2026, 3, 10, 20, tzinfo=UTC)
    log.drawn(early)
    report = finished(log.entries())
    assert codes(report) == []
    assert "1 begun and not ended yet" in said(report)
    log.drawn(AFTER)
    assert codes(finished(log.entries())) == ["run_unended"]


def test_a_night_that_waits_for_the_pack_is_no_fault() -> None:
    log = made(date(2026, 3, 9))
    log.drawn(datetime(2026, 3, 10, 2, 5, tzinfo=UTC))
    report = finished(log.entries())
    assert codes(report) == []
    assert said(report).startswith("complete for 2026-03-01 to 2026-03-10, as far as due at 2026")
    assert said(report).endswith("6 of 10 slots, 2 missed, 1 failed, 1 late, 1 waiting")


def test_changes_of_the_schedule_are_followed_and_cannot_be_left_out() -> None:
    log = made(date(2026, 3, 4))
    change = log.tell(changed(WEEKLY), datetime(2026, 3, 4, 12, tzinfo=UTC))
    log.night(datetime(2026, 3, 9, 2, tzinfo=UTC))
    log.night(datetime(2026, 3, 10, 15, tzinfo=UTC), by_hand=True)
    log.drawn(AFTER)
    report = finished(log.entries())
    assert codes(report) == []
    assert said(report).endswith("5 of 5 slots, 0 missed, 1 late, 1 by hand")
    without = [one for one in log.entries() if one["seq"] != change]
    assert "night_left_out" in codes(finished(without))


def test_a_change_long_before_the_period_cannot_be_left_out() -> None:
    log = Made()
    log.tell(connection(NIGHTLY), BEGAN - timedelta(days=30))
    change = log.tell(changed(WEEKLY), BEGAN)
    for slot in nights(date(2026, 2, 23), date(2026, 3, 12)):
        if slot.weekday() == 0:
            log.night(slot)
    log.drawn(AFTER)
    entries = log.entries()
    assert codes(finished(entries)) == []
    assert "schedule_left_out" in codes(finished(one for one in entries if one["seq"] != change))


def test_of_a_retired_connection_no_night_is_planned() -> None:
    log = made(date(2026, 3, 4))
    log.tell(ConnectionRetired(id=ID, name="contoso"), datetime(2026, 3, 4, 12, tzinfo=UTC))
    log.drawn(AFTER)
    report = finished(log.entries())
    assert codes(report) == []
    assert said(report).endswith("4 of 4 slots, 0 missed, 1 late")


def test_the_period_is_as_asked() -> None:
    log = made()
    log.drawn(AFTER)
    report = finished(log.entries(), "2026-03-03..2026-03-07")
    assert said(report).startswith("complete for 2026-03-03 to 2026-03-07: 3 of 5 slots, 1 missed")
    assert codes(finished(log.entries(), "2026-02-25..2026-03-10")) == ["period_not_covered"]
    assert codes(finished(log.entries(), "2026-03-05..2026-03-01")) != []
    assert codes(finished(log.entries(), "yesterday..2026-03-01")) != []


def test_a_bundle_of_an_older_annexa_proves_no_period_and_says_so() -> None:
    entries = made(linked=False).entries()
    report = finished(entries)
    assert codes(report) == []
    assert "no night was left out" in report.unproved[0]
    assert codes(finished(entries, "2026-03-01..2026-03-10")) == ["period_unproved"]


def test_what_an_older_annexa_sealed_is_not_proved_and_the_rest_is() -> None:
    log = made(date(2026, 3, 4), linked=False)
    log.linked = True
    for slot in nights(date(2026, 3, 5), date(2026, 3, 12)):
        log.night(slot)
    log.drawn(AFTER)
    report = finished(log.entries())
    assert codes(report) == []
    assert any("the nights before 2026-03-04" in note for note in report.unproved)
    assert said(report).startswith("complete for 2026-03-04 02:05 UTC to 2026-03-10: 6 of 6 slots")
    both = codes(finished(log.entries(), "2026-03-01..2026-03-10"))
    assert both == ["period_unproved"] * 2, "neither those nights, nor the schedule"
    assert codes(finished(log.entries(), "2026-03-05..2026-03-10")) == ["period_unproved"]


def test_one_change_by_todays_annexa_proves_the_schedule_from_then_on() -> None:
    log = made(date(2026, 3, 4), linked=False)
    log.linked = True
    log.tell(changed(NIGHTLY), datetime(2026, 3, 4, 12, tzinfo=UTC))
    for slot in nights(date(2026, 3, 5), date(2026, 3, 12)):
        log.night(slot)
    log.drawn(AFTER)
    both = codes(finished(log.entries(), "2026-03-04..2026-03-10"))
    assert both == ["period_unproved"] * 2, "the night before it, and what was planned then"
    report = finished(log.entries(), "2026-03-05..2026-03-10")
    assert (codes(report), report.unproved) == ([], [])


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"schedule_meaning": "former"}, "formerly"),
        ({"time_zone": "Europe/Atlantis"}, "Europe/Atlantis"),
    ],
)
def test_a_line_that_this_python_cannot_read_is_not_proved(more: dict[str, str], why: str) -> None:
    log = Made()
    log.tell(connection(**more), BEGAN)
    log.night(datetime(2026, 3, 1, 2, tzinfo=UTC))
    log.drawn(AFTER)
    report = finished(log.entries())
    assert codes(report) == []
    assert why in report.unproved[0]
    assert report.notes == []
    assert codes(finished(log.entries(), "2026-03-01..2026-03-10")) == ["period_unproved"]


def _without(key: str) -> Callable[[Entry], Entry]:
    return lambda entry: {**entry, "detail": {k: v for k, v in entry["detail"].items() if k != key}}


@pytest.mark.parametrize(
    "change",
    [
        _without("connection_id"),
        lambda entry: {**entry, "detail": 3},
        lambda entry: {**entry, "chain": 3},
        lambda entry: {**entry, "chain": {"after": "1", "schedule": 0}},
        lambda entry: {**entry, "chain": {"after": True, "schedule": 0}},
        lambda entry: {**entry, "chain": {"after": entry["seq"], "schedule": 0}},
        lambda entry: {**entry, "chain": {"after": None, "schedule": 0}},
        lambda entry: {**entry, "at": "yesterday"},
        lambda entry: {**entry, "at": None},
        lambda entry: {**entry, "detail": {**entry["detail"], "slot": []}},
        lambda entry: {**entry, "detail": {**entry["detail"], "slot": None, "slots": [1, 2]}},
    ],
)
def test_what_is_malformed_is_refused_and_breaks_nothing(change: Callable[[Entry], Entry]) -> None:
    log = made()
    log.drawn(AFTER)
    entries = log.entries()
    place = next(
        i for i, one in enumerate(entries) if one["at"] > "2026-03-02T" and "run" in one["kind"]
    )
    entries[place] = change(entries[place])
    assert codes(finished(entries)) != []


def test_kinds_of_the_chain_are_those_that_are_sealed_with_one() -> None:
    assert {kind.KIND for kind in CHAINED} == set(OF_CHAIN)


def test_a_pack_that_was_drawn_before_is_no_end() -> None:
    log = made(date(2026, 3, 10))
    log.drawn(datetime(2026, 3, 10, 12, tzinfo=UTC))
    for slot in nights(date(2026, 3, 11), date(2026, 3, 12)):
        log.night(slot)
    log.drawn(AFTER)
    assert codes(finished(log.entries())) == []


def test_more_planned_nights_than_any_period_has_are_not_counted_through() -> None:
    began = datetime(1990, 1, 1, tzinfo=UTC)
    added = connection("* * * * *")
    told = Told(
        name="entries/1.json",
        seq=1,
        kind=added.KIND,
        at=began,
        linked=True,
        after=None,
        schedule=None,
        detail=added.detail(),
    )
    with pytest.raises(Refused, match="more nights are planned"):
        planned_between([told], began, datetime(9990, 1, 1, tzinfo=UTC))
