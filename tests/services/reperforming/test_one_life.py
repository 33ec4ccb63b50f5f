"""Index, sealed nights and re-assessment tell one life of each night, whatever the order."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.engine.database import Database, open_database
from app.db.rows.runs import claim_slot, nights
from app.evidence.events.fact import event_of
from app.evidence.events.run_events import (
    OfSlot,
    Rejudged,
    RightsChanged,
    RunFailed,
    SlotMissed,
)
from app.evidence.observed import Night
from app.evidence.record import EntryPlace
from app.evidence.run import LIFE, Run, completed_by, lost_by, started_by
from app.evidence.run_state import RunState
from app.services.index.entry_rows import add_entry
from app.services.index.sealed_nights import sealed_nights
from app.services.reperforming.reassess import Reassessment
from app.store.local.folder import LocalStore

START = datetime(2026, 11, 23, 2, tzinfo=UTC)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
PLACES = count()
Life = tuple[Run, Sequence[OfSlot]]
"""A run as it is planned, and what is sealed of it."""


class NoEvidence:
    """Re-assessment asks it for what records name: there are none here."""

    what = "events alone"

    def entries(self) -> Iterator[tuple[str, bytes]]:
        yield from ()

    def entry(self, seq: int) -> dict[str, Any]:
        raise LookupError(seq)

    def raw(self, digest: str) -> bytes:
        raise LookupError(digest)

    derived = rules = raw

    def assessments(self) -> dict[str, Any] | None:
        return None


def lives_of(run: Run) -> list[tuple[OfSlot, ...]]:
    """Every way a run's life goes."""
    begun = started_by(run)
    whole = completed_by(run, 0, 0)
    of_run = {"run_id": run.id, "connection_id": run.connection_id, "slot": run.slot}
    again = Rejudged(**of_run, rules="d", records=())
    rights = RightsChanged(**of_run, lost=(), gained=())
    nobody = SlotMissed(connection_id=run.connection_id, slot=run.slot, reason="no annexa ran")
    return [
        (begun,),
        (begun, whole),
        (begun, rights, completed_by(run, 0, 2), again),
        (begun, begun, whole, again, again),
        (begun, lost_by(run, RunFailed, "refused")),
        (lost_by(run, RunFailed, "refused"),),
        (lost_by(run, SlotMissed, "late"),),
        (begun, nobody),
        (begun, whole, nobody),
        (nobody,),
        (whole,),
    ]


def planned(connection_id: str, slot: datetime, reason: str) -> Run:
    return Run(
        id=str(uuid4()),
        connection_id=connection_id,
        slot=slot,
        state=RunState.PLANNED,
        reason=reason,
        claimed_by="replica-1",
        started_at=None,
        finished_at=None,
        detail="",
    )


@st.composite
def told(draw: st.DrawFn) -> tuple[str, list[Run], list[OfSlot]]:
    """A connection, the runs that an index planned before, and all events, interleaved."""
    connection_id = str(draw(st.builds(uuid4)))
    claimed: list[Run] = []
    waiting: list[list[OfSlot]] = []
    for number in range(draw(st.integers(1, 6))):
        reason = draw(st.sampled_from(["scheduled", "catch_up", "manual"]))
        run = planned(connection_id, START + timedelta(hours=number), reason)
        life = draw(st.sampled_from(lives_of(run)))
        waiting.append(list(life))
        # a slot that nobody claimed has no run, and a run that tells only its end is no new one
        if isinstance(life[0], LIFE) and getattr(life[0], "by", None) and draw(st.booleans()):
            claimed.append(run)
    events: list[OfSlot] = []
    while any(waiting):
        events.append(draw(st.sampled_from([one for one in waiting if one])).pop(0))
    return connection_id, claimed, events


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home = tmp_path_factory.mktemp("one life")
    with closing(open_database(f"sqlite:///{home / 'index.sqlite'}")) as opened:
        yield opened


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told())
def test_any_interleaving_of_events_gives_the_same_nights_to_all_three(
    index: Database, tmp_path: Path, drawn: tuple[str, list[Run], list[OfSlot]]
) -> None:
    connection_id, claimed, events = drawn
    store = LocalStore(tmp_path / "store")
    sealed = [(next(PLACES), fact, START + timedelta(seconds=n)) for n, fact in enumerate(events)]
    entries = [
        (seq, event_of(fact, at=at, actor="a").sealed(EntryPlace(seq=seq, prev_sha256=None)))
        for seq, fact, at in sealed
    ]

    with index.begin() as session:
        for run in claimed:
            slot, reason, by = run.slot, run.reason, run.claimed_by
            claim_slot(session, connection_id, slot, reason, by, run_id=run.id)
        for seq, data in entries:
            add_entry(session, store, seq, data)
        in_index = nights(session, connection_id, FIRST, LAST)
    in_log = sealed_nights(store, entries)[connection_id].facts(FIRST, LAST).nights
    again = Reassessment(NoEvidence())
    for seq, fact, at in sealed:
        again.event(str(seq), fact, at)

    assert in_index == in_log == by_slot(again.nights)


def by_slot(found: Sequence[Night]) -> list[Night]:
    return sorted(found, key=lambda night: night.slot)


def test_a_run_that_was_claimed_and_missed_keeps_its_id_in_an_index_made_anew(
    index: Database, tmp_path: Path
) -> None:
    run = planned(str(uuid4()), START, "manual")
    missed = event_of(lost_by(run, SlotMissed, "late"), at=START, actor="a")
    seq = next(PLACES)
    with index.begin() as session:
        data = missed.sealed(EntryPlace(seq=seq, prev_sha256=None))
        add_entry(session, LocalStore(tmp_path), seq, data)
        (night,) = nights(session, run.connection_id, FIRST, LAST)
    assert (night.run_id, night.manual, night.finished_at) == (run.id, True, START)
    assert UUID(str(night.run_id))
