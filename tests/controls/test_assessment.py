"""An assessment never takes blindness for compliance."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.controls.assessment import Assessment, Period, State, assess, checks_of
from app.controls.catalogue import load_catalogue
from app.controls.observed import Interval, Night, NightCount, SealedRecord, SeenGap
from collectors.kit import (
    Arm,
    Check,
    Collector,
    GapKind,
    Owner,
    Population,
    ResourceGraph,
    Status,
    Verdict,
    passed,
)
from collectors.kit.spec import Expectations, Item

PERIOD = Period(first=date(2026, 11, 16), last=date(2026, 11, 20))
SLOTS = [datetime(2026, 11, 16, 2, tzinfo=UTC) + timedelta(days=n) for n in range(5)]
CONTROL = load_catalogue()["A.8.13"]


def _yes(_item: Item, _expectations: Expectations) -> Verdict:
    return passed("so it is")


def _all(_items: Population, _expectations: Expectations) -> dict[str, Verdict]:
    return {"tenant": passed("so it is")}


COLLECTOR = Collector(
    id="storage.blob_services",
    title="Blob services",
    reads={
        "accounts": ResourceGraph(table="resources", types=("microsoft.storage/storageaccounts",)),
        "services": Arm(
            path="{id}/blobServices/default",
            api_version="2023-05-01",
            per="resource",
            of="accounts",
        ),
        "other": ResourceGraph(table="resources"),
    },
    checks=(
        Check(
            id="soft_delete",
            title="Deleted blobs can be restored",
            on="services",
            controls=("A.8.13",),
            remedy="Switch on soft delete.",
            owner=Owner.CLOUD,
            judge=_yes,
        ),
        Check(
            id="owners",
            title="Few own the subscription",
            on="other",
            controls=("A.8.2",),
            remedy="Remove owners.",
            owner=Owner.CLOUD,
            judge_all=_all,
            uses=("services",),
        ),
    ),
)
CHECK = "storage.blob_services.soft_delete"


@dataclass(frozen=True, kw_only=True)
class Facts:
    counts: Sequence[NightCount] = ()
    intervals: Sequence[Interval] = ()
    gaps: Sequence[SeenGap] = ()
    nights: Sequence[Night] = ()
    records: Sequence[SealedRecord] = field(default=())

    def assessed(self, control_id: str = "A.8.13", *, applicable: bool = True) -> Assessment:
        return assess(
            load_catalogue()[control_id],
            checks_of(control_id, [COLLECTOR]),
            counts=self.counts,
            intervals=self.intervals,
            gaps=self.gaps,
            nights=self.nights,
            records=self.records,
            period=PERIOD,
            applicable=applicable,
        )


def _night(slot: datetime, state: str = "complete") -> Night:
    return Night(slot=slot, state=state, run_id=f"run-{slot:%d}", finished_at=slot)


def _count(slot: datetime, *, failed: int = 0, unknown: int = 0) -> NightCount:
    return NightCount(slot=slot, check_id=CHECK, passed=3, failed=failed, unknown=unknown)


def _record(slot: datetime, outcome: str = "collected") -> SealedRecord:
    return SealedRecord(
        seq=slot.day,
        record_id=f"rec-{slot:%d}",
        slot=slot,
        collector_id=COLLECTOR.id,
        scope="tenant",
        outcome=outcome,
        collected_at=slot,
        sha256="ab" * 32,
        items=3,
        pages=1,
        announced=3,
        seen=3,
        controls=("A.8.13",),
    )


def _interval(status: Status, first: int, last: int, subject: str = "a") -> Interval:
    return Interval(
        check_id=CHECK,
        subject=subject,
        subject_name=subject,
        status=status,
        reason="soft delete is off",
        first_slot=SLOTS[first],
        last_slot=SLOTS[last],
    )


def _gap(slot: datetime, read: str = "services") -> SeenGap:
    return SeenGap(
        slot=slot,
        collector_id=COLLECTOR.id,
        scope="tenant",
        read=read,
        subject=None,
        kind=GapKind.DENIED,
        detail="403",
        record_seq=7,
    )


WHOLE = Facts(
    counts=[_count(slot) for slot in SLOTS],
    intervals=[_interval(Status.PASS, 0, 4)],
    nights=[_night(slot) for slot in SLOTS],
    records=[_record(slot) for slot in SLOTS],
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
    nights = [_night(slot, "missed" if slot == SLOTS[2] else "complete") for slot in SLOTS]
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
    counts = [*WHOLE.counts[:-1], _count(SLOTS[-1], unknown=1)]
    made = replace(WHOLE, counts=counts).assessed()
    assert made.state is State.INCOMPLETE
    assert made.incomplete == ("1 unknown answer on the last night.",)


def test_an_unknown_of_an_earlier_night_makes_the_evidence_incomplete() -> None:
    counts = [_count(SLOTS[0], unknown=1), *WHOLE.counts[1:]]
    assert replace(WHOLE, counts=counts).assessed().state is State.INCOMPLETE
    intervals = [_interval(Status.UNKNOWN, 0, 1), _interval(Status.PASS, 2, 4)]
    assert replace(WHOLE, intervals=intervals).assessed().state is State.INCOMPLETE


def test_a_gap_in_the_parents_of_a_population_counts() -> None:
    assert replace(WHOLE, gaps=[_gap(SLOTS[4], "accounts")]).assessed().state is State.INCOMPLETE
    assert replace(WHOLE, gaps=[_gap(SLOTS[0])]).assessed().state is State.INCOMPLETE


def test_a_gap_elsewhere_does_not_count_for_an_item_check_and_does_for_a_check_that_uses_it() -> (
    None
):
    facts = replace(WHOLE, gaps=[_gap(SLOTS[4], "other")])
    assert facts.assessed().state is State.CLEAN
    blind = replace(WHOLE, gaps=[_gap(SLOTS[4], "services")])
    assert blind.assessed("A.8.2").state is State.INCOMPLETE
    assert replace(WHOLE, gaps=[_gap(SLOTS[4], "?")]).assessed().state is State.INCOMPLETE


def test_an_open_deviation_is_noted_and_what_is_incomplete_stays_listed() -> None:
    made = replace(
        WHOLE,
        intervals=[_interval(Status.FAIL, 1, 4)],
        counts=[*WHOLE.counts[:-1], _count(SLOTS[-1], failed=1)],
        gaps=[_gap(SLOTS[4])],
    ).assessed()
    assert made.state is State.DEVIATIONS
    assert made.deviations[0].open
    assert made.deviations[0].first_slot == SLOTS[1]
    assert made.incomplete == ("1 gap on 1 night.",)


def test_a_corrected_deviation_is_noted_with_its_interval() -> None:
    intervals = [_interval(Status.FAIL, 0, 1), _interval(Status.PASS, 2, 4)]
    made = replace(WHOLE, intervals=intervals).assessed()
    assert made.state is State.DEVIATIONS
    [deviation] = made.deviations
    assert not deviation.open
    assert (deviation.first_slot, deviation.last_slot) == (SLOTS[0], SLOTS[1])


def test_what_lies_outside_the_period_is_not_assessed() -> None:
    before = SLOTS[0] - timedelta(days=30)
    old = replace(_interval(Status.FAIL, 0, 0), first_slot=before, last_slot=before)
    facts = replace(WHOLE, intervals=[*WHOLE.intervals, old], gaps=[_gap(before)])
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
intervals_of = st.builds(
    lambda status, first, length, subject: _interval(
        status, first, min(4, first + length), subject
    ),
    statuses,
    st.integers(0, 4),
    st.integers(0, 4),
    st.sampled_from("abc"),
)
facts_of = st.builds(
    Facts,
    counts=st.builds(
        lambda unknowns, fails: [
            _count(slot, unknown=u, failed=f)
            for slot, u, f in zip(SLOTS, unknowns, fails, strict=True)
        ],
        st.lists(st.integers(0, 1), min_size=5, max_size=5),
        st.lists(st.integers(0, 1), min_size=5, max_size=5),
    ),
    intervals=st.lists(intervals_of, max_size=4),
    gaps=st.lists(st.builds(_gap, st.sampled_from(SLOTS)), max_size=2),
    nights=st.lists(st.sampled_from(SLOTS), unique=True).map(
        lambda slots: [_night(slot) for slot in slots]
    ),
    records=st.lists(st.sampled_from(SLOTS), unique=True).map(
        lambda slots: [_record(slot) for slot in slots]
    ),
)


@given(facts=st.one_of(facts_of, st.just(WHOLE)), slot=st.sampled_from(SLOTS), data=st.data())
def test_seeing_less_never_improves_a_state(
    facts: Facts, slot: datetime, data: st.DataObject
) -> None:
    before = facts.assessed().state
    blinder = data.draw(
        st.sampled_from(
            [
                replace(facts, gaps=[*facts.gaps, _gap(slot)]),
                replace(facts, counts=[*facts.counts, _count(slot, unknown=1)]),
                replace(facts, intervals=[*facts.intervals, _interval(Status.UNKNOWN, 2, 3, "z")]),
                replace(facts, nights=[n for n in facts.nights if n.slot != slot]),
                replace(facts, records=[r for r in facts.records if r.slot != slot]),
            ]
        )
    )
    assert RANK[blinder.assessed().state] >= RANK[before]


@given(facts=facts_of)
def test_turning_answers_into_unknowns_never_makes_a_clean_state(facts: Facts) -> None:
    blind = [replace(interval, status=Status.UNKNOWN) for interval in facts.intervals]
    if blind:
        assert replace(facts, intervals=blind).assessed().state is not State.CLEAN
