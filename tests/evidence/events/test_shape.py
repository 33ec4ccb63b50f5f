"""What is sealed is read strictly where it is known, and never an error where it is not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.evidence.events.kinds import KINDS, fact_of
from app.evidence.events.protection_events import HoldSet
from app.evidence.events.run_events import OfSlot, Rejudged, RunCompleted, RunStarted, Stored
from app.evidence.events.shape import MalformedEventError, sealed_fields
from app.evidence.record import Event

AT = datetime(2026, 11, 27, 2, tzinfo=UTC)
RUN = {"run_id": "r", "connection_id": "c", "slot": "2026-11-27T02:00:00.000Z"}
STARTED = {**RUN, "trigger": "scheduled", "by": "replica-1"}
COMPLETED = {**RUN, "records": 3, "gaps": 0}
HOLD = {
    "engagement": "E",
    "from": "2026-11-23",
    "to": "2026-11-27",
    "records": 1,
    "objects": 1,
    "changed": 1,
    "keys_sha256": "k",
}


def test_each_class_has_a_kind_of_its_own_and_each_field_its_words() -> None:
    assert all(kind == fact.KIND for kind, fact in KINDS.items())
    assert len(set(KINDS.values())) == len(KINDS)
    assert all(fact.__doc__ and sealed_fields(fact) for fact in KINDS.values())


@pytest.mark.parametrize("name", STARTED)
def test_a_field_that_was_always_there_must_be_there(name: str) -> None:
    detail = {key: value for key, value in STARTED.items() if key != name}
    with pytest.raises(MalformedEventError, match=f"RunStarted has no `{name}`"):
        RunStarted.of(detail)


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({**COMPLETED, "records": True}, "`records` of RunCompleted is True, not a whole number"),
        ({**COMPLETED, "records": "3"}, "`records` of RunCompleted is '3', not a whole number"),
        ({**COMPLETED, "run_id": None}, "`run_id` of RunCompleted is None, not a text"),
        ({**COMPLETED, "slot": "tonight"}, "`slot` of RunCompleted is 'tonight', not an instant"),
        ({**COMPLETED, "slot": "2026-11-27T02:00:00"}, "not an instant with its zone"),
        ({**COMPLETED, "slot": "0001-01-01T00:00:00+14:00"}, "not an instant with its zone"),
        ([], r"RunCompleted is \[\], not an object"),
    ],
)
def test_a_value_of_another_type_is_refused_with_what_was_found_and_expected(
    detail: Any, said: str
) -> None:
    with pytest.raises(MalformedEventError, match=said) as refused:
        RunCompleted.of(detail)
    assert refused.value.kind == "record_malformed"


@pytest.mark.parametrize("records", [None, {}, [None], [{"seq": 1}], ["x"]])
def test_what_lies_within_is_read_as_strictly(records: Any) -> None:
    with pytest.raises(MalformedEventError):
        Rejudged.of({**RUN, "rules_sha256": "d", "records": records})


def test_a_further_field_within_is_kept_as_well() -> None:
    weakest = {"mode": "locked", "until": None, "legal_hold": False, "tier": "archive"}
    detail = {
        **RUN,
        "store": "s",
        "objects": 0,
        "previous": None,
        "listings": [],
        "weakest": weakest,
    }
    assert Stored.of(detail).weakest.further == {"tier": "archive"}
    assert Stored.of(detail).detail() == detail


def test_days_are_days_and_no_instants() -> None:
    hold = HoldSet.of(HOLD)
    assert (hold.first, hold.last) == (date(2026, 11, 23), date(2026, 11, 27))
    assert hold.detail() == HOLD
    with pytest.raises(MalformedEventError, match="`from` of HoldSet"):
        HoldSet.of({**HOLD, "from": "yesterday"})


OTHERS = {
    "a kind of times to come": Event(kind="opened", at=AT, actor="a", detail={"name": "ISO"}),
    "another kind, malformed": Event(kind="hold_set", at=AT, actor="a", detail={}),
}


@pytest.mark.parametrize("event", OTHERS.values(), ids=OTHERS)
def test_events_that_nobody_asked_for_are_not_looked_into(event: Event) -> None:
    assert fact_of(event, (RunStarted, OfSlot)) is None


def test_kinds_that_are_derived_from_one_are_asked_for_by_it() -> None:
    event = Event(kind="run_completed", at=AT, actor="a", detail=COMPLETED)
    assert fact_of(event, OfSlot) == RunCompleted.of(COMPLETED)
    with pytest.raises(MalformedEventError):
        fact_of(Event(kind="run_completed", at=AT, actor="a", detail=RUN), OfSlot)
