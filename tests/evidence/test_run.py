"""The life of a run is what its events tell, in their order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.evidence.events.run_events import (
    JudgedAgain,
    OfSlot,
    Rejudged,
    RunCompleted,
    RunFailed,
    RunStarted,
    SlotMissed,
)
from app.evidence.run import Run, after, completed_by, lost_by, started_by
from app.evidence.run_state import RunState

SLOT = datetime(2026, 11, 23, 2, tzinfo=UTC)
LATER = SLOT + timedelta(minutes=5)
CONNECTION = "8dd28e65-cc14-4ce2-bfcf-42935c49e3c8"
PLANNED = Run(
    id="r",
    connection_id=CONNECTION,
    slot=SLOT,
    state=RunState.PLANNED,
    reason="catch_up",
    claimed_by="replica-1",
    started_at=None,
    finished_at=None,
    detail="Entra ID could not be reached",
)
BEGUN = replace(PLANNED, state=RunState.RUNNING, started_at=SLOT, detail="")
NOBODY = SlotMissed(connection_id=CONNECTION, slot=SLOT, reason="no annexa ran")
REJUDGED = Rejudged(
    run_id="r",
    connection_id=CONNECTION,
    slot=SLOT,
    rules="d",
    records=(JudgedAgain(seq=1, verdicts="v", expectations="e"),),
)


def ended(state: RunState, reason: str = "") -> Run:
    return replace(BEGUN, state=state, finished_at=LATER, detail=reason)


LIVES: dict[str, tuple[Run | None, OfSlot, datetime, Run | None]] = {
    # what was known, what was sealed, when, what it is then
    "planned, begun": (PLANNED, started_by(PLANNED), SLOT, BEGUN),
    "unknown, begun": (None, started_by(PLANNED), SLOT, BEGUN),
    "begun twice": (BEGUN, started_by(BEGUN), LATER, BEGUN),
    "complete": (BEGUN, completed_by(BEGUN, 3, 0), LATER, ended(RunState.COMPLETE)),
    "gaps": (BEGUN, completed_by(BEGUN, 3, 1), LATER, ended(RunState.COMPLETE_WITH_GAPS)),
    "failed": (BEGUN, lost_by(BEGUN, RunFailed, "no"), LATER, ended(RunState.FAILED, "no")),
    "failed before it began": (
        None,
        lost_by(PLANNED, RunFailed, "no"),
        LATER,
        replace(ended(RunState.FAILED, "no"), started_at=LATER),
    ),
    "complete, begun again": (
        ended(RunState.COMPLETE),
        started_by(BEGUN),
        LATER,
        ended(RunState.COMPLETE),
    ),
    "planned, missed": (
        PLANNED,
        lost_by(PLANNED, SlotMissed, "late"),
        LATER,
        replace(PLANNED, state=RunState.MISSED, finished_at=LATER, detail="late"),
    ),
    "unknown claim, missed": (
        None,
        lost_by(PLANNED, SlotMissed, "late"),
        LATER,
        replace(PLANNED, state=RunState.MISSED, finished_at=LATER, detail="late"),
    ),
    "missed unclaimed": (
        None,
        NOBODY,
        LATER,
        replace(
            PLANNED,
            id=NOBODY.run,
            state=RunState.MISSED,
            reason="scheduled",
            claimed_by="",
            detail="no annexa ran",
        ),
    ),
    "missed, complete after all": (
        replace(PLANNED, state=RunState.MISSED, finished_at=SLOT, detail="no"),
        completed_by(PLANNED, 3, 0),
        LATER,
        replace(PLANNED, state=RunState.COMPLETE, finished_at=LATER, detail=""),
    ),
    "complete, told missed": (ended(RunState.COMPLETE), NOBODY, LATER, ended(RunState.COMPLETE)),
    "another run's end": (
        BEGUN,
        completed_by(replace(BEGUN, id="other"), 3, 0),
        LATER,
        BEGUN,
    ),
    "judged again": (ended(RunState.COMPLETE), REJUDGED, LATER, ended(RunState.COMPLETE)),
    "judged again, unknown": (None, REJUDGED, LATER, None),
}


@pytest.mark.parametrize(("known", "fact", "at", "then"), LIVES.values(), ids=LIVES)
def test_a_run_is_what_its_events_tell(
    known: Run | None, fact: OfSlot, at: datetime, then: Run | None
) -> None:
    assert after(known, fact, at) == then


def test_a_run_that_only_tells_its_end_was_a_night_of_the_schedule() -> None:
    only = after(None, completed_by(PLANNED, 0, 0), LATER)
    assert only is not None
    assert (only.reason, only.started_at, only.state) == ("scheduled", LATER, RunState.COMPLETE)


def test_events_of_a_run_name_it_its_slot_and_who_asked() -> None:
    events: list[RunStarted | RunCompleted | RunFailed | SlotMissed] = [
        started_by(PLANNED),
        completed_by(PLANNED, 3, 1),
        lost_by(PLANNED, RunFailed, "no"),
        lost_by(PLANNED, SlotMissed, "no"),
    ]
    assert {(one.run_id, one.connection_id, one.slot) for one in events} == {
        ("r", CONNECTION, SLOT)
    }
    told = [one for one in events if not isinstance(one, RunCompleted)]
    assert {(one.trigger, one.by) for one in told} == {("catch_up", "replica-1")}


def test_each_state_is_complete_unfinished_or_lost_and_only_one_of_them() -> None:
    for state in RunState:
        assert sum((state.complete, state.unfinished, state.lost)) == 1
