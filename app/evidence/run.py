"""A run, and its life as the events of the log tell it. Pure.

The index, the reader of sealed nights and re-assessment all take `after`: a night is the same to
each of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from app.evidence.events.fact import Fact
from app.evidence.events.run_events import (
    SCHEDULED,
    OfSlot,
    RunCompleted,
    RunFailed,
    RunStarted,
    SlotMissed,
    SlotsMissed,
    SlotsReopened,
)
from app.evidence.observed import Night
from app.evidence.run_state import RunState

Lost = TypeVar("Lost", RunFailed, SlotMissed)
LIFE: tuple[type[Fact], ...] = (RunStarted, RunCompleted, RunFailed, SlotMissed, SlotsMissed)
"""Kinds of events that move a run on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One snapshot of a connection for a slot. There is one a slot, whoever claims it first."""

    id: str
    connection_id: str
    slot: datetime
    state: RunState
    reason: str
    """Why it runs: scheduled, catch_up, manual; for a slot that nobody claimed, scheduled."""
    claimed_by: str
    started_at: datetime | None
    finished_at: datetime | None
    """None for a slot that nobody claimed."""
    detail: str
    """Why it was missed, failed or could not go on; empty otherwise."""

    @property
    def night(self) -> Night:
        """As a night of its connection."""
        return Night(
            slot=self.slot,
            state=self.state,
            run_id=self.id,
            finished_at=self.finished_at,
            detail=self.detail,
            trigger=self.reason,
            started_at=self.started_at,
        )


def slot_by_slot(fact: Fact) -> Iterator[OfSlot]:
    """What an event says of slots, as facts of one slot each; nothing for other kinds."""
    match fact:
        case SlotsMissed():
            yield from fact.each()
        case OfSlot():
            yield fact


def still_told(runs: Mapping[datetime, Run], fact: SlotsReopened) -> dict[datetime, Run]:
    """The runs by slot, without those that were only called missed before they were due."""
    return {
        slot: run
        for slot, run in runs.items()
        if run.state is not RunState.MISSED or slot <= fact.since
    }


def started_by(run: Run, settings: Mapping[str, str] | None = None) -> RunStarted:
    """The event that a run begins with, under these settings."""
    return RunStarted(
        run_id=run.id,
        connection_id=run.connection_id,
        slot=run.slot,
        trigger=run.reason,
        by=run.claimed_by,
        settings=settings,
    )


def completed_by(
    run: Run, records: int, gaps: int, committed: Mapping[str, str] | None = None
) -> RunCompleted:
    """The event that a run ends with once so many records are sealed.

    `committed` are the commitments to those prepared for redaction, by their places.
    """
    return RunCompleted(
        run_id=run.id,
        connection_id=run.connection_id,
        slot=run.slot,
        records=records,
        gaps=gaps,
        committed=committed or None,
    )


def lost_by(run: Run, kind: type[Lost], reason: str) -> Lost:
    """The event that a run ends with that has failed, or was missed."""
    return kind(
        run_id=run.id,
        connection_id=run.connection_id,
        slot=run.slot,
        trigger=run.reason,
        by=run.claimed_by,
        reason=reason,
    )


def after(run: Run | None, fact: OfSlot, at: datetime) -> Run | None:
    """The run of a slot once this was sealed of the slot; `run` is the one before, if any.

    A run that began, or ended, without an event of its beginning began then. What is told of
    another run than the one that has the slot changes nothing, nor does any other kind of fact.
    """
    match fact:
        case SlotMissed():
            return _missed(run, fact, at)
        case RunStarted() | RunCompleted() | RunFailed():
            known = run or _begun(fact, at)
            return _moved_on(known, fact, at) if known.id == fact.run_id else known
        case _:
            return run


def _begun(fact: RunStarted | RunCompleted | RunFailed, at: datetime) -> Run:
    told = None if isinstance(fact, RunCompleted) else fact
    return Run(
        id=fact.run_id,
        connection_id=fact.connection_id,
        slot=fact.slot,
        state=RunState.RUNNING,
        reason=told.trigger if told else SCHEDULED,
        claimed_by=told.by if told else "",
        started_at=at,
        finished_at=None,
        detail="",
    )


def _moved_on(run: Run, fact: RunStarted | RunCompleted | RunFailed, at: datetime) -> Run:
    began = run.started_at or at if run.state.unfinished else run.started_at
    match fact:
        case RunStarted():
            if not run.state.unfinished:
                return run
            return replace(run, state=RunState.RUNNING, started_at=began, detail="")
        case RunCompleted():
            state = RunState.COMPLETE_WITH_GAPS if fact.gaps else RunState.COMPLETE
            return replace(run, state=state, started_at=began, finished_at=at, detail="")
        case RunFailed():
            failed = RunState.FAILED
            return replace(run, state=failed, started_at=began, finished_at=at, detail=fact.reason)


def _missed(run: Run | None, fact: SlotMissed, at: datetime) -> Run:
    """A slot that nobody claimed was never a run that could end; one that was claimed ends now."""
    if run is None:
        return Run(
            id=fact.run,
            connection_id=fact.connection_id,
            slot=fact.slot,
            state=RunState.MISSED,
            reason=fact.trigger or SCHEDULED,
            claimed_by=fact.by or "",
            started_at=None,
            finished_at=None if fact.run_id is None else at,
            detail=fact.reason,
        )
    if not run.state.unfinished:
        return run
    return replace(run, state=RunState.MISSED, finished_at=at, detail=fact.reason)
