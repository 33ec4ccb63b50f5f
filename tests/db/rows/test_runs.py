"""Slots are claimed once, whoever races for them; nights tell what became of each."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from app.db.engine.database import Database
from app.db.rows.runs import (
    claim_slot,
    last_planned,
    nights,
    put_run,
    run_by_id,
    run_in_slot,
    runs,
    unfinished_runs,
)
from app.errors import NotFoundError
from app.evidence.run import Run
from app.evidence.run_state import RunState

SLOT = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_slot_is_claimed_once(database: Database) -> None:
    with database.begin() as session:
        run_id = claim_slot(session, "c", SLOT, "scheduled", "replica-1")
        assert run_id is not None
        assert claim_slot(session, "c", SLOT, "catch_up", "replica-2") is None
        assert claim_slot(session, "d", SLOT, "scheduled", "replica-2") is not None
    with database.read() as session:
        found = run_by_id(session, run_id)
    assert (found.slot, found.state, found.claimed_by) == (SLOT, "planned", "replica-1")


def test_the_same_instant_in_another_zone_is_the_same_slot(database: Database) -> None:
    there = SLOT.astimezone(tz=datetime.fromisoformat("2026-01-01T00:00:00+05:30").tzinfo)
    with database.begin() as session:
        assert claim_slot(session, "c", SLOT, "scheduled", "r") is not None
        assert claim_slot(session, "c", there, "scheduled", "r") is None


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with database.read() as session, pytest.raises(StatementError, match="needs a time zone"):
        claim_slot(session, "c", SLOT.replace(tzinfo=None), "scheduled", "r")


RACE = """
import sys
from datetime import UTC, datetime, timedelta
from app.db.engine.database import Database
from app.db.engine.dialects import open_engine
from app.db.rows.runs import claim_slot
database = Database(open_engine(sys.argv[1]))
sys.stdin.readline()
won = 0
for number in range(60):
    with database.begin() as session:
        slot = datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=number)
        won += claim_slot(session, "c", slot, "scheduled", sys.argv[2]) is not None
print(won)
"""


def test_three_processes_racing_collect_each_night_once(database: Database, url: str) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, url, f"replica-{number}"],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [int(racer.communicate()[0]) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert sum(won) == 60
    with database.read() as session:
        assert len({found.slot for found in runs(session, "c")}) == 60


def running(planned: Run, at: datetime) -> Run:
    return replace(planned, state=RunState.RUNNING, started_at=at)


def missed(slot: datetime, detail: str) -> Run:
    return Run(
        id=f"missed {slot}",
        connection_id="c",
        slot=slot,
        state=RunState.MISSED,
        reason="scheduled",
        claimed_by="",
        started_at=None,
        finished_at=None,
        detail=detail,
    )


def test_what_becomes_of_a_run_is_written_over_what_was_and_is_no_second_run(
    database: Database,
) -> None:
    with database.begin() as session:
        run_id = claim_slot(session, "c", SLOT, "scheduled", "r")
        assert run_id is not None
        begun = running(run_by_id(session, run_id), SLOT + DAY)
        put_run(session, begun)
        assert unfinished_runs(session) == [begun] == [run_in_slot(session, "c", SLOT)]
        ended = replace(begun, state=RunState.COMPLETE, finished_at=SLOT + 2 * DAY)
        put_run(session, ended)
        assert unfinished_runs(session) == []
        assert run_by_id(session, run_id) == ended
        assert run_in_slot(session, "c", SLOT + DAY) is None


def test_a_slot_stays_with_the_run_that_has_it(database: Database) -> None:
    with database.begin() as session:
        run_id = claim_slot(session, "c", SLOT, "scheduled", "r")
        put_run(session, missed(SLOT, "late"))
        (found,) = runs(session, "c")
    assert (found.id, found.state) == (run_id, RunState.PLANNED)


def test_missed_nights_are_kept_and_shown(database: Database) -> None:
    with database.begin() as session:
        claim_slot(session, "c", SLOT, "scheduled", "r")
        put_run(session, missed(SLOT + DAY, "annexa was not running"))
        claim_slot(session, "c", SLOT + 2 * DAY, "catch_up", "r")
        claim_slot(session, "other", SLOT + 9 * DAY, "scheduled", "r")
    with database.read() as session:
        seen = nights(session, "c", SLOT, SLOT + 2 * DAY)
        assert last_planned(session, "c", SLOT + 9 * DAY) == SLOT + 2 * DAY
        assert last_planned(session, "c", SLOT + DAY) == SLOT + DAY, "what lies ahead is no night"
        assert last_planned(session, "nobody", SLOT + 9 * DAY) is None
        assert nights(session, "c", SLOT + DAY, SLOT + DAY) == seen[1:2]
        assert [one.slot for one in runs(session, "c", before=SLOT + 2 * DAY, limit=1)] == [
            SLOT + DAY
        ]
    assert [(night.state, night.detail) for night in seen] == [
        (RunState.PLANNED, ""),
        (RunState.MISSED, "annexa was not running"),
        (RunState.PLANNED, ""),
    ]


def test_an_unknown_run_is_not_found(database: Database) -> None:
    with database.read() as session, pytest.raises(NotFoundError, match="no run 'x'"):
        run_by_id(session, "x")
