"""A night is covered by what can answer; a subject is gone only where somebody looked."""

from dataclasses import replace
from datetime import timedelta

from app.controls.assessment import Ending, State
from app.controls.observed import SealedRecord
from collectors.kit import Status
from tests.controls.facts import (
    ARM_SUBJECT,
    COLLECTOR,
    SLOTS,
    WHOLE,
    Facts,
    count_of,
    gap_of,
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


def _lost_after_the_second(subject: str, *others: SealedRecord) -> Facts:
    """A subject of subscription one fails on two nights; then only `others` are sealed."""
    return replace(
        WHOLE,
        intervals=[interval_of(Status.FAIL, 0, 1, subject)],
        records=[*WHOLE.records[:2], *others],
    )


def test_a_deviation_stays_open_while_its_subscription_is_not_seen() -> None:
    other = [record_of(slot, scope="subscription/two") for slot in SLOTS[2:]]
    [deviation] = _lost_after_the_second(ARM_SUBJECT, *other).assessed().deviations
    assert deviation.ending is Ending.UNSEEN


def test_a_subject_is_gone_once_its_own_subscription_was_seen_without_it() -> None:
    own = record_of(SLOTS[3], outcome="empty")
    [deviation] = _lost_after_the_second(ARM_SUBJECT, own).assessed().deviations
    assert deviation.ending is Ending.GONE
    blind = replace(_lost_after_the_second(ARM_SUBJECT, own), gaps=[gap_of(SLOTS[3])])
    assert blind.assessed().deviations[0].ending is Ending.UNSEEN


def test_in_a_list_of_the_tenant_a_subject_is_gone_if_anything_in_its_subscription_was_seen() -> (
    None
):
    listed = [record_of(slot, scope="tenant") for slot in SLOTS]
    failing = replace(
        interval_of(Status.FAIL, 0, 1, ARM_SUBJECT), check_id=f"{COLLECTOR.id}.owners"
    )
    unseen = replace(WHOLE, intervals=[failing], records=listed)
    assert unseen.assessed("A.8.2").deviations[0].ending is Ending.UNSEEN
    another = replace(record_of(SLOTS[4]), collector_id="inventory.resources", seq=99)
    seen = replace(unseen, records=[*listed, another])
    assert seen.assessed("A.8.2").deviations[0].ending is Ending.GONE
    hollow = replace(unseen, records=[*listed, replace(another, outcome="empty")])
    assert hollow.assessed("A.8.2").deviations[0].ending is Ending.UNSEEN
    torn = replace(seen, gaps=[replace(gap_of(SLOTS[4]), collector_id="x.y", record_seq=99)])
    assert torn.assessed("A.8.2").deviations[0].ending is Ending.UNSEEN
