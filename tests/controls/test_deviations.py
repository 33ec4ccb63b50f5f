"""A deviation ends with a pass, or with its subject; never by looking away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.controls.deviations import Deviation, Ending, deviations_of
from app.controls.observed import Former, Interval
from collectors.kit import Status

SLOTS = [datetime(2026, 11, 16, 2, tzinfo=UTC) + timedelta(days=n) for n in range(6)]
CODES = {"P": Status.PASS, "F": Status.FAIL, "G": Status.FAIL, "U": Status.UNKNOWN}


def _told(nights: str, *, proved: bool = False) -> list[Deviation]:
    """Deviations of one subject; G is a fail for another reason, `.` a night it is not listed."""
    intervals: list[Interval] = []
    previous = "."
    for slot, code in zip(SLOTS, nights, strict=False):
        if code == previous and code != ".":
            intervals[-1] = _interval(code, intervals[-1].first_slot, slot)
        elif code != ".":
            intervals.append(_interval(code, slot, slot))
        previous = code
    last = {"a.b": SLOTS[len(nights) - 1]}
    return deviations_of(intervals, last, lambda _subject, _after: proved)


def _interval(code: str, first: datetime, last: datetime) -> Interval:
    return Interval(
        check_id="a.b",
        subject="s",
        subject_name="s",
        status=CODES[code],
        reason=f"reason {code}",
        first_slot=first,
        last_slot=last,
    )


@pytest.mark.parametrize(
    ("nights", "endings"),
    [
        ("PPP", []),
        ("PFF", [Ending.OPEN]),
        ("FFP", [Ending.CORRECTED]),
        ("FPF", [Ending.CORRECTED, Ending.OPEN]),
        ("FUU", [Ending.UNSEEN]),
        ("FUP", [Ending.CORRECTED]),
        ("FUF", [Ending.OPEN]),
        ("FGG", [Ending.OPEN]),
        ("FGU", [Ending.UNSEEN]),
        ("FF.", [Ending.UNSEEN]),
        ("F.F", [Ending.OPEN]),
        ("UUU", []),
    ],
)
def test_a_deviation_ends_as_its_nights_tell(nights: str, endings: list[Ending]) -> None:
    assert [deviation.ending for deviation in _told(nights)] == endings


def test_a_subject_that_is_proved_to_be_gone_is_removed() -> None:
    [deviation] = _told("FF.", proved=True)
    assert deviation.ending is Ending.REMOVED
    assert not deviation.open


def test_a_proof_after_a_night_without_sight_removes_as_well() -> None:
    [deviation] = _told("FU.", proved=True)
    assert deviation.ending is Ending.REMOVED


def test_a_deviation_runs_from_its_first_fail_to_its_last_with_the_newest_reason() -> None:
    [deviation] = _told("PFUGG")
    assert (deviation.first_slot, deviation.last_slot) == (SLOTS[1], SLOTS[4])
    assert deviation.reason == "reason G"


def test_a_subject_in_another_case_is_the_same_subject() -> None:
    verdicts = [
        replace(_interval("F", SLOTS[0], SLOTS[1]), subject="/S/rg-One"),
        replace(_interval("P", SLOTS[2], SLOTS[2]), subject="/s/rg-one"),
    ]
    [deviation] = deviations_of(verdicts, {"a.b": SLOTS[2]}, lambda *_: False)
    assert deviation.ending is Ending.CORRECTED


def by_other_rules(interval: Interval, then: Status) -> Interval:
    former = Former(status=then, reason="as judged then", since=interval.first_slot)
    return replace(interval, former=former)


def test_a_pass_that_only_other_rules_gave_corrects_nothing() -> None:
    verdicts = [
        _interval("F", SLOTS[0], SLOTS[1]),
        by_other_rules(_interval("P", SLOTS[2], SLOTS[3]), Status.FAIL),
    ]
    [deviation] = deviations_of(verdicts, {"a.b": SLOTS[3]}, lambda *_: False)
    assert deviation.ending is Ending.RULES
    assert not deviation.open
    assert not deviation.ended


def test_a_fail_that_only_other_rules_gave_says_so() -> None:
    verdicts = [by_other_rules(_interval("F", SLOTS[2], SLOTS[3]), Status.PASS)]
    [deviation] = deviations_of(verdicts, {"a.b": SLOTS[3]}, lambda *_: False)
    assert deviation.open
    assert deviation.former is not None
    assert deviation.former.sentence == (
        "judged by other rules since 2026-11-18; by the former: pass (as judged then)"
    )


@given(st.text(alphabet="PFGU.", min_size=1, max_size=6), st.data())
def test_looking_away_never_closes_a_deviation(nights: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(nights) - 1))
    if nights[place] in "FG":
        return  # a fail that was not seen is not there to be closed
    before = _told(nights)
    after = _told(nights[:place] + "U" + nights[place + 1 :])
    assert sum(d.open for d in after) >= sum(d.open for d in before)
