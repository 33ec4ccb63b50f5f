"""By a clock behind what the log says, no connection is added, changed or retired."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import RefusedError
from app.packs.verify.period.left_open import STEP_BACK
from app.services.connections.change import Change, change_connection, retire_connection
from app.services.connections.register import add_connection, find_connection
from app.services.connections.timetable import follow_settings
from app.services.home.installation import Ports, open_ports
from app.services.nights.clock.correction import correct_by_hand
from app.services.upkeep.new_home import initialise
from tests.services.connections.test_change import START, Clock, connected, made

FUTURE = START + timedelta(days=30)
LATER = Change(schedule="0 5 * * *")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ports(tmp_path: Path, clock: Clock) -> Iterator[Ports]:
    clock.at = FUTURE
    initialise(tmp_path / "home", "Northgate Health", clock)
    with closing(open_ports(tmp_path / "home", clock)) as opened:
        connected(opened)
        yield opened


@pytest.mark.parametrize(
    "event",
    [
        lambda ports: add_connection(ports, made("other")),
        lambda ports: change_connection(ports, "northgate", LATER),
        lambda ports: retire_connection(ports, "northgate"),
    ],
    ids=["added", "changed", "retired"],
)
def test_it_is_refused_with_both_times_and_nothing_is_sealed(
    event: Callable[[Ports], object], ports: Ports, clock: Clock
) -> None:
    clock.at = START
    size = ports.open_log().size
    with pytest.raises(RefusedError, match=r"says 2026-03-02T.* says 2026-04-01T") as refused:
        event(ports)
    assert refused.value.kind == "clock_wrong"
    assert ports.open_log().size == size
    clock.at = FUTURE + timedelta(hours=1)
    event(ports)
    assert ports.open_log().size > size


def test_a_schedule_of_the_settings_waits_for_the_right_clock(ports: Ports, clock: Clock) -> None:
    change_connection(ports, "northgate", Change(follow_settings=True))
    changed = ports.settings.model_copy(update={"schedule": "30 4 * * *"})
    otherwise = replace(ports, settings=changed)
    clock.at = START
    follow_settings(otherwise)
    assert find_connection(ports, "northgate").schedule != "30 4 * * *"
    clock.at = FUTURE + timedelta(hours=1)
    follow_settings(otherwise)
    assert find_connection(ports, "northgate").schedule == "30 4 * * *"


def test_a_small_step_back_is_none(ports: Ports, clock: Clock) -> None:
    clock.at = FUTURE - STEP_BACK
    change_connection(ports, "northgate", LATER)
    assert find_connection(ports, "northgate").schedule == "0 5 * * *"


def test_once_the_log_says_that_the_clock_had_run_ahead_all_is_as_ever(
    ports: Ports, clock: Clock
) -> None:
    clock.at = START
    correct_by_hand(ports, "the battery was dead", "Mara Lindqvist")
    change_connection(ports, "northgate", LATER)
    assert find_connection(ports, "northgate").schedule == "0 5 * * *"
