"""A night is covered by what can answer; a subject is removed only by a proof."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.controls.assessment import Ending, State
from app.controls.observed import Removal
from collectors.kit import Status
from tests.controls.facts import (
    ARM_SUBJECT,
    SLOTS,
    WHOLE,
    Facts,
    count_of,
    interval_of,
    record_of,
    sealed_night,
)


def test_a_record_of_the_tenant_does_not_cover_what_is_asked_in_subscriptions() -> None:
    tenant = [record_of(slot, scope="tenant") for slot in SLOTS]
    made = replace(WHOLE, records=tenant).assessed()
    assert made.state is State.INCOMPLETE
    assert made.incomplete == ("5 nights of 5 without a record.", "No subject was seen.")
    assert replace(WHOLE, records=[*tenant, *WHOLE.records]).assessed().state is State.CLEAN


def test_a_control_whose_last_night_showed_no_subject_is_incomplete() -> None:
    made = replace(WHOLE, counts=WHOLE.counts[:-1], intervals=[]).assessed()
    assert made.state is State.INCOMPLETE
    assert made.incomplete == ("No subject was seen.",)


def test_a_record_collected_once_the_next_night_had_begun_does_not_show_its_own() -> None:
    late = replace(WHOLE.records[1], collected_at=SLOTS[2] + timedelta(minutes=1))
    made = replace(WHOLE, records=[WHOLE.records[0], late, *WHOLE.records[2:]]).assessed()
    assert made.incomplete == (
        "1 night of 5 without a record.",
        "1 record collected too late to show that night.",
    )
    in_time = replace(late, collected_at=SLOTS[2])
    assert replace(WHOLE, records=[*WHOLE.records, in_time]).assessed().state is State.CLEAN


def test_the_newest_night_is_late_a_day_after_its_slot() -> None:
    late = replace(WHOLE.records[-1], collected_at=SLOTS[-1] + timedelta(days=1, minutes=1))
    made = replace(WHOLE, records=[*WHOLE.records[:-1], late]).assessed()
    assert made.figures[0].last_slot == SLOTS[3]


def test_a_second_look_on_the_same_day_does_not_make_the_first_one_late() -> None:
    noon = SLOTS[4] + timedelta(hours=10)
    slow = replace(WHOLE.records[-1], collected_at=noon + timedelta(minutes=5))
    again = Facts(
        counts=[*WHOLE.counts, count_of(noon)],
        intervals=WHOLE.intervals,
        nights=[*WHOLE.nights, sealed_night(noon)],
        records=[*WHOLE.records[:-1], slow, record_of(noon)],
    )
    assert again.assessed().state is State.CLEAN


def _lost_after_the_second(subject: str, *proofs: Removal) -> Facts:
    """A subject of subscription one fails on two nights; then it is in no list."""
    return replace(WHOLE, intervals=[interval_of(Status.FAIL, 0, 1, subject)], removals=proofs)


def test_a_deviation_does_not_end_though_all_around_its_subject_is_seen() -> None:
    [deviation] = _lost_after_the_second(ARM_SUBJECT).assessed().deviations
    assert deviation.ending is Ending.UNSEEN
    assert deviation.open


@pytest.mark.parametrize(
    "gone",
    [
        ARM_SUBJECT,
        ARM_SUBJECT.lower(),
        "/subscriptions/one/resourcegroups/RG",
        "/subscriptions/One",
    ],
)
def test_a_deviation_is_removed_by_the_proof_of_its_subject_or_of_what_that_lay_in(
    gone: str,
) -> None:
    proof = Removal(slot=SLOTS[2], subject=gone)
    [deviation] = _lost_after_the_second(ARM_SUBJECT, proof).assessed().deviations
    assert deviation.ending is Ending.REMOVED
    assert not deviation.open


@pytest.mark.parametrize(
    "proof",
    [
        Removal(slot=SLOTS[1], subject=ARM_SUBJECT),
        Removal(slot=SLOTS[2], subject=f"{ARM_SUBJECT}b"),
        Removal(slot=SLOTS[2], subject=f"{ARM_SUBJECT}/blobServices/default"),
        Removal(slot=SLOTS[2], subject="/subscriptions/two"),
    ],
)
def test_a_proof_of_before_or_of_something_else_ends_nothing(proof: Removal) -> None:
    [deviation] = _lost_after_the_second(ARM_SUBJECT, proof).assessed().deviations
    assert deviation.ending is Ending.UNSEEN


def test_a_question_on_a_subscription_ends_with_it() -> None:
    proof = Removal(slot=SLOTS[2], subject="/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590")
    lost = _lost_after_the_second("0B1F6471-1bf0-4dda-aec3-cb9272f09590", proof)
    assert lost.assessed().deviations[0].ending is Ending.REMOVED
