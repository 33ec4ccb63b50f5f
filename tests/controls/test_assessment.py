"""An assessment never takes blindness for compliance."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.controls.assessment import State
from collectors.kit import Status
from tests.controls.facts import (
    ARM_SUBJECT,
    SLOTS,
    WHOLE,
    Facts,
    count_of,
    gap_of,
    interval_of,
    record_of,
    sealed_night,
)


def test_whole_evidence_without_a_fail_has_no_deviations() -> None:
    made = WHOLE.assessed()
    assert made.state is State.CLEAN
    assert made.incomplete == ()
    figures = made.figures[0]
    assert (figures.population, figures.passed) == (3, 3)
    assert (figures.nights_collected, figures.nights_missed) == (5, 0)
    assert figures.last_slot == SLOTS[-1]


def test_a_missed_night_makes_the_evidence_incomplete() -> None:
    nights = [sealed_night(slot, "missed" if slot == SLOTS[2] else "complete") for slot in SLOTS]
    records = [record for record in WHOLE.records if record.slot != SLOTS[2]]
    made = replace(WHOLE, nights=nights, records=records).assessed()
    assert made.state is State.INCOMPLETE
    assert made.incomplete == ("1 night of 5 without a record.",)
    assert made.figures[0].nights_missed == 1


def test_a_night_without_a_record_of_the_collector_is_missed_whatever_its_state() -> None:
    made = replace(WHOLE, records=WHOLE.records[:-1]).assessed()
    assert made.state is State.INCOMPLETE
    assert made.figures[0].last_slot == SLOTS[3]


def test_a_day_that_was_never_planned_is_missed() -> None:
    made = replace(WHOLE, nights=WHOLE.nights[1:]).assessed()
    assert made.state is State.INCOMPLETE


def test_a_refused_record_makes_the_evidence_incomplete() -> None:
    records = [*WHOLE.records, replace(WHOLE.records[0], scope="s", outcome="denied")]
    assert replace(WHOLE, records=records).assessed().state is State.INCOMPLETE


def test_an_unknown_makes_the_evidence_incomplete() -> None:
    counts = [*WHOLE.counts[:-1], count_of(SLOTS[-1], unknown=1)]
    made = replace(WHOLE, counts=counts).assessed()
    assert made.state is State.INCOMPLETE
    assert made.incomplete == ("1 unknown answer on the last night.",)


def test_an_unknown_of_an_earlier_night_makes_the_evidence_incomplete() -> None:
    counts = [count_of(SLOTS[0], unknown=1), *WHOLE.counts[1:]]
    assert replace(WHOLE, counts=counts).assessed().state is State.INCOMPLETE
    intervals = [interval_of(Status.UNKNOWN, 0, 1), interval_of(Status.PASS, 2, 4)]
    assert replace(WHOLE, intervals=intervals).assessed().state is State.INCOMPLETE


def test_a_gap_in_the_parents_of_a_population_counts() -> None:
    assert replace(WHOLE, gaps=[gap_of(SLOTS[4], "accounts")]).assessed().state is State.INCOMPLETE
    assert replace(WHOLE, gaps=[gap_of(SLOTS[0])]).assessed().state is State.INCOMPLETE


def test_a_gap_elsewhere_does_not_count_for_an_item_check_and_does_for_a_check_that_uses_it() -> (
    None
):
    facts = replace(WHOLE, gaps=[gap_of(SLOTS[4], "other")])
    assert facts.assessed().state is State.CLEAN
    blind = replace(WHOLE, gaps=[gap_of(SLOTS[4], "services")])
    assert "1 gap on 1 night." in blind.assessed("A.8.2").incomplete
    assert blind.assessed("A.8.2").state is State.INCOMPLETE
    assert replace(WHOLE, gaps=[gap_of(SLOTS[4], "?")]).assessed().state is State.INCOMPLETE


def test_an_open_deviation_is_noted_and_what_is_incomplete_stays_listed() -> None:
    made = replace(
        WHOLE,
        intervals=[interval_of(Status.FAIL, 1, 4)],
        counts=[*WHOLE.counts[:-1], count_of(SLOTS[-1], failed=1)],
        gaps=[gap_of(SLOTS[4])],
    ).assessed()
    assert made.state is State.DEVIATIONS
    assert made.deviations[0].open
    assert made.deviations[0].first_slot == SLOTS[1]
    assert made.incomplete == ("1 gap on 1 night.",)


def test_a_corrected_deviation_is_noted_with_its_interval() -> None:
    intervals = [interval_of(Status.FAIL, 0, 1), interval_of(Status.PASS, 2, 4)]
    made = replace(WHOLE, intervals=intervals).assessed()
    assert made.state is State.DEVIATIONS
    [deviation] = made.deviations
    assert not deviation.open
    assert (deviation.first_slot, deviation.last_slot) == (SLOTS[0], SLOTS[1])


def test_what_lies_outside_the_period_is_not_assessed() -> None:
    before = SLOTS[0] - timedelta(days=30)
    old = replace(interval_of(Status.FAIL, 0, 0), first_slot=before, last_slot=before)
    facts = replace(WHOLE, intervals=[*WHOLE.intervals, old], gaps=[gap_of(before)])
    assert facts.assessed().state is State.CLEAN


def test_nothing_collected_is_incomplete() -> None:
    made = Facts().assessed()
    assert made.state is State.INCOMPLETE
    assert made.figures[0].last_slot is None


def test_a_control_without_checks_needs_people() -> None:
    assert WHOLE.assessed("A.6.1").state is State.MANUAL
    assert WHOLE.assessed("A.5.7").state is State.MANUAL


def test_the_statement_of_applicability_outweighs_the_rest() -> None:
    assert WHOLE.assessed(applicable=False).state is State.NOT_APPLICABLE


RANK = {State.CLEAN: 0, State.INCOMPLETE: 1, State.DEVIATIONS: 2}
statuses = st.sampled_from(list(Status))
SCOPES = ("tenant", "subscription/one", "subscription/two")
verdicts_of = st.builds(
    lambda status, first, length, subject: interval_of(
        status, first, min(4, first + length), subject
    ),
    statuses,
    st.integers(0, 4),
    st.integers(0, 4),
    st.sampled_from(["a", ARM_SUBJECT, ARM_SUBJECT.replace("ONE", "two")]),
)
facts_of = st.builds(
    Facts,
    counts=st.builds(
        lambda unknowns, fails: [
            count_of(slot, unknown=u, failed=f)
            for slot, u, f in zip(SLOTS, unknowns, fails, strict=True)
        ],
        st.lists(st.integers(0, 1), min_size=5, max_size=5),
        st.lists(st.integers(0, 1), min_size=5, max_size=5),
    ),
    intervals=st.lists(verdicts_of, max_size=4),
    gaps=st.lists(st.builds(gap_of, st.sampled_from(SLOTS)), max_size=2),
    nights=st.lists(st.sampled_from(SLOTS), unique=True).map(
        lambda slots: [sealed_night(slot) for slot in slots]
    ),
    records=st.lists(st.tuples(st.sampled_from(SLOTS), st.sampled_from(SCOPES)), unique=True).map(
        lambda sealed: [record_of(slot, scope=scope) for slot, scope in sealed]
    ),
)


@given(facts=st.one_of(facts_of, st.just(WHOLE)), slot=st.sampled_from(SLOTS), data=st.data())
def test_seeing_less_never_improves_a_state(
    facts: Facts, slot: datetime, data: st.DataObject
) -> None:
    before = facts.assessed().state
    dark = interval_of(Status.UNKNOWN, 2, 3, "z")
    blinder = data.draw(
        st.sampled_from(
            [
                replace(facts, gaps=[*facts.gaps, gap_of(slot)]),
                replace(facts, counts=[*facts.counts, count_of(slot, unknown=1)]),
                replace(facts, intervals=[*facts.intervals, dark]),
                replace(facts, nights=[n for n in facts.nights if n.slot != slot]),
                replace(facts, records=[r for r in facts.records if r.slot != slot]),
            ]
        )
    )
    assert RANK[blinder.assessed().state] >= RANK[before]


@given(
    facts=st.one_of(facts_of, st.just(WHOLE)),
    scope=st.sampled_from(SCOPES),
    slots=st.sets(st.sampled_from(SLOTS)),
    control_id=st.sampled_from(["A.8.13", "A.8.2"]),
)
def test_losing_a_scope_never_improves_a_state_nor_ends_a_deviation(
    facts: Facts, scope: str, slots: set[datetime], control_id: str
) -> None:
    left = [r for r in facts.records if r.scope != scope or r.slot not in slots]
    before = facts.assessed(control_id)
    after = replace(facts, records=left).assessed(control_id)
    assert RANK[after.state] >= RANK[before.state]
    assert {d.subject for d in after.deviations if d.open} >= {
        d.subject for d in before.deviations if d.open
    }


@given(facts=facts_of, slot=st.sampled_from(SLOTS))
def test_collecting_late_never_improves_a_state(facts: Facts, slot: datetime) -> None:
    late = [
        replace(r, collected_at=r.slot + timedelta(days=3)) if r.slot == slot else r
        for r in facts.records
    ]
    before, after = facts.assessed(), replace(facts, records=late).assessed()
    assert RANK[after.state] >= RANK[before.state]


@given(facts=facts_of)
def test_turning_answers_into_unknowns_never_makes_a_clean_state(facts: Facts) -> None:
    blind = [replace(interval, status=Status.UNKNOWN) for interval in facts.intervals]
    if blind:
        assert replace(facts, intervals=blind).assessed().state is not State.CLEAN
