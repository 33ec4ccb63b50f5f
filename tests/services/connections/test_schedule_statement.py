"""A home of an older Annexa tells its schedule once more, and plans nothing otherwise by it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.evidence.events.connection_events import ConnectionChanged
from app.evidence.events.fact import event_of
from app.packs.verify.period.links import told_by
from app.schedule.cron import Meaning
from app.services.connections.register import find_connection
from app.services.connections.schedule_statement import schedule_to_tell
from app.services.connections.timetable import next_nights
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.proof.whole_store import verify_store
from tests.golden.homes import golden_home, now

NAME = "northgate"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Ports]:
    with golden_home(tmp_path) as ports:
        yield ports


def to_tell(home: Ports) -> ConnectionChanged | None:
    return schedule_to_tell(home, home.open_log(), find_connection(home, NAME).id)


def test_it_is_told_once_and_plans_the_same_nights(home: Ports) -> None:
    before = find_connection(home, NAME)
    planned = next_nights(home, before, 9)
    told = to_tell(home)
    assert told is not None
    with home.writer("a test"):
        log = home.open_log()
        place = log.append(event_of(told, at=now(), actor="annexa").sealed).seq
        log.seal(home.now, home.authorities)
        catch_up(home, log)

    after = find_connection(home, NAME)
    assert after == replace(before, schedule_meaning=Meaning.UNIX)
    assert next_nights(home, after, 9) == planned
    assert to_tell(home) is None
    (sealed,) = [json.loads(data) for seq, data in home.open_log().entries() if seq == place]
    found = told_by("it", sealed)
    assert found is not None
    assert found[1].linked, "verifiers begin with it"
    assert not verify_store(home).faults


def test_a_line_that_means_other_nights_now_keeps_its_meaning(home: Ports) -> None:
    weekly = replace(find_connection(home, NAME), schedule="0 2 * * 1")
    former = event_of(weekly.told_as(ConnectionChanged), at=now(), actor="an older annexa")
    with home.writer("a test"):
        log = home.open_log()
        log.append(lambda place: former.sealed(replace(place, link=None)))
        log.seal(home.now, home.authorities)
        catch_up(home, log)

    told = to_tell(home)

    assert told is not None
    assert (told.schedule, told.schedule_meaning) == ("0 2 * * 1", Meaning.FORMER.value)
