"""Connections are changed and retired by entries of the log; nights already due stay due."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.db.rows.log import events
from app.db.rows.runs import put_run, run_by_id, runs
from app.errors import AppError, RefusedError, UsageError
from app.evidence.events.connection_events import (
    ConnectionAdded,
    ConnectionChanged,
    ScheduleMeaningTold,
)
from app.evidence.record import Event
from app.evidence.run import Run
from app.evidence.run_state import RunState
from app.schedule.connection import Connection, new_connection
from app.schedule.cron import Meaning
from app.services.connections.change import Change, change_connection, retire_connection
from app.services.connections.register import add_connection, find_connection, list_connections
from app.services.connections.timetable import (
    connection_of_run,
    former_nights,
    next_nights,
    tell_former_nights,
)
from app.services.home.background import Background
from app.services.home.installation import Ports, open_ports
from app.services.index.catch_up import catch_up, reindex
from app.services.nights.night import collect_now, plan_night
from app.services.nights.schedule.on_request import request_run
from app.services.nights.schedule.overtaken import end_overtaken
from app.services.nights.schedule.tick import plan
from app.services.proof.whole_store import verify_store
from app.services.upkeep.new_home import initialise
from tests.services.vouched import Said

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""A Monday."""
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "99999999-2222-3333-4444-555555555555"
SUBSCRIPTION = "aaaaaaaa-2222-3333-4444-555555555555"


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ports(tmp_path: Path, clock: Clock) -> Iterator[Ports]:
    initialise(tmp_path / "home", "Northgate Health", clock)
    with closing(open_ports(tmp_path / "home", clock)) as opened:
        yield opened


def made(name: str = "northgate", schedule: str = "0 2 * * *") -> Connection:
    return new_connection(
        name=name,
        tenant_id=TENANT,
        credential={"kind": "secret_env", "client_id": CLIENT, "secret_env": "NOT_SET"},
        cloud="public",
        cloud_file=None,
        subscriptions=(),
        schedule=schedule,
    )


def connected(ports: Ports, name: str = "northgate", schedule: str = "0 2 * * *") -> Connection:
    connection = made(name, schedule)
    add_connection(ports, connection)
    return connection


def of_before(ports: Ports, schedule: str) -> Connection:
    """As commit caa3bc1 sealed it: eight fields, no zone and no meaning."""
    new = {"time_zone", "schedule_meaning", "follows_settings"}
    whole = made(schedule=schedule).detail()
    detail = {key: value for key, value in whole.items() if key not in new}
    told = Event(
        kind=ConnectionAdded.KIND, at=ports.now(), actor="annexa connection add", detail=detail
    )
    with ports.writer("a test"):
        log = ports.open_log()
        catch_up(ports, log)
        log.append(told.sealed)
        log.seal(ports.now, ports.authorities)
        catch_up(ports, log)
    return find_connection(ports, "northgate")


def begun_at(planned: Run, at: datetime) -> Run:
    return replace(planned, state=RunState.RUNNING, started_at=at)


def slots_of(ports: Ports) -> dict[str, str]:
    with ports.database.read() as session:
        return {f"{run.slot:%d %H:%M}": run.state for run in reversed(runs(session))}


def test_a_change_holds_from_then_on_and_nights_of_before_are_missed_by_the_line_of_before(
    ports: Ports, clock: Clock
) -> None:
    connected(ports)
    clock.at = START + timedelta(days=2, hours=2)
    change_connection(ports, "northgate", Change(schedule="0 5 * * *"))
    clock.at = START + timedelta(days=3, hours=5)

    plan(ports, "test", Said(ports))

    assert slots_of(ports) == {
        "02 02:00": "missed",
        "03 02:00": "missed",
        "04 02:00": "missed",
        "04 05:00": "missed",
        "05 05:00": "planned",
    }


def test_a_retired_connection_misses_what_was_due_and_has_no_more_nights(
    ports: Ports, clock: Clock
) -> None:
    connected(ports)
    clock.at = START + timedelta(days=1, hours=2)
    retired = retire_connection(ports, "northgate")
    clock.at = START + timedelta(days=9)

    missed = plan(ports, "test", Said(ports))

    assert (missed, plan(ports, "test", Said(ports))) == (2, 0)
    assert slots_of(ports) == {"02 02:00": "missed", "03 02:00": "missed"}
    assert next_nights(ports, retired) == ()


AGAIN: dict[str, Callable[[Ports, Connection], object]] = {
    "change": lambda ports, one: change_connection(ports, one.name, Change(schedule="0 5 * * *")),
    "retire": lambda ports, one: retire_connection(ports, one.name),
    "collect": lambda ports, one: collect_now(ports, one, START, "test"),
    "run by the API": lambda ports, one: request_run(ports, Background(), one, "test", None),
    "add": lambda ports, one: connected(ports, one.name),
}


@pytest.mark.parametrize("again", AGAIN)
def test_what_a_retired_connection_can_no_longer_do_is_refused(ports: Ports, again: str) -> None:
    connected(ports)
    retired = retire_connection(ports, "northgate")
    with pytest.raises(RefusedError) as refused:
        AGAIN[again](ports, retired)
    assert "retired" in refused.value.message
    assert "another name" in refused.value.message


def test_the_only_connection_that_is_not_retired_is_the_one_meant(ports: Ports) -> None:
    connected(ports)
    retire_connection(ports, "northgate")
    assert find_connection(ports, None).name == "northgate"

    connected(ports, "southgate")

    assert find_connection(ports, None).name == "southgate"
    assert find_connection(ports, "northgate").retired_at == START


def test_a_rebuilt_index_knows_every_change(ports: Ports, clock: Clock) -> None:
    connected(ports)
    connected(ports, "southgate")
    scope = Change(subscriptions=(SUBSCRIPTION.upper(),), time_zone="Europe/Berlin")
    clock.at += timedelta(minutes=1)
    change_connection(ports, "northgate", scope)
    retire_connection(ports, "southgate")
    before = list_connections(ports)

    reindex(ports)

    assert list_connections(ports) == before
    assert before[0].subscriptions == (SUBSCRIPTION,)
    assert before[1].retired_at == clock.at
    assert not verify_store(ports).faults


def test_a_night_in_work_keeps_the_scope_it_began_with_and_takes_the_new_credential(
    ports: Ports, clock: Clock
) -> None:
    connection = connected(ports)
    run_id = plan_night(ports, connection, START, "scheduled", "test")
    with ports.database.begin() as session:
        put_run(session, begun_at(run_by_id(session, run_id), START))
    clock.at += timedelta(minutes=5)
    fresh = {**connection.credential, "secret_env": "OTHER"}
    change_connection(ports, "northgate", Change(subscriptions=(SUBSCRIPTION,), credential=fresh))
    later = plan_night(ports, connection, clock.at, "manual", "test")
    with ports.database.read() as session:
        begun, planned = run_by_id(session, run_id), run_by_id(session, later)

    assert connection_of_run(ports, begun).subscriptions == ()
    assert connection_of_run(ports, begun).credential["secret_env"] == "OTHER"
    assert connection_of_run(ports, planned).subscriptions == (SUBSCRIPTION,)


def test_a_night_of_a_retired_connection_ends_as_it_began_or_as_missed_if_it_never_did(
    ports: Ports, clock: Clock
) -> None:
    connection = connected(ports)
    begun = plan_night(ports, connection, START, "scheduled", "test")
    with ports.database.begin() as session:
        put_run(session, begun_at(run_by_id(session, begun), START))
    plan_night(ports, connection, START + timedelta(minutes=1), "scheduled", "test")
    clock.at += timedelta(minutes=2)
    retire_connection(ports, "northgate")

    end_overtaken(ports, Said(ports))

    assert list(slots_of(ports).values()) == ["running", "missed"]
    clock.at = START + timedelta(days=2)
    end_overtaken(ports, Said(ports))
    assert list(slots_of(ports).values()) == ["failed", "missed"]


def with_schedule(ports: Ports, line: str) -> Ports:
    return replace(ports, settings=ports.settings.model_copy(update={"schedule": line}))


def test_a_connection_without_a_schedule_of_its_own_follows_the_settings(
    ports: Ports, clock: Clock
) -> None:
    own = connected(ports, "own", "0 4 * * *")
    follower = replace(made(), follows_settings=True)
    add_connection(ports, follower)
    clock.at += timedelta(minutes=1)
    later = with_schedule(ports, "0 7 * * *")

    assert [f"{night.slot:%H}" for night in next_nights(later, follower)] == ["07"] * 3
    assert [f"{night.slot:%H}" for night in next_nights(later, own)] == ["04"] * 3
    plan(later, "test", Said(later))
    plan(later, "test", Said(later))

    assert find_connection(ports, "northgate").schedule == "0 7 * * *"
    with ports.database.read() as session:
        assert len(events(session, ConnectionChanged)) == 1
    clock.at = START + timedelta(hours=7)
    plan(later, "test", Said(later))
    assert slots_of(ports) == {"02 04:00": "planned", "02 07:00": "planned"}


def test_a_bad_line_in_the_settings_leaves_the_nights_as_they_are(
    ports: Ports, clock: Clock
) -> None:
    add_connection(ports, replace(made(), follows_settings=True))
    clock.at = START + timedelta(hours=2)

    plan(with_schedule(ports, "whenever"), "test", Said(ports))

    assert slots_of(ports) == {"02 02:00": "planned"}


def test_a_line_of_before_keeps_its_nights_until_it_is_changed_and_says_so_once(
    ports: Ports, clock: Clock
) -> None:
    connection = of_before(ports, "0 2 * * 1")
    assert connection.schedule_meaning is Meaning.FORMER
    said = former_nights(ports, connection)
    assert "Tuesday 2026-03-03 02:00 UTC" in said
    assert "Monday 2026-03-02 02:00 UTC" in said
    assert "annexa connection change northgate --schedule '0 2 * * 1'" in said
    tell_former_nights(ports)
    tell_former_nights(ports)
    with ports.database.read() as session:
        assert [one.fact.sentence for one in events(session, ScheduleMeaningTold)] == [said]
    clock.at = START + timedelta(days=1, hours=2)
    plan(ports, "test", Said(ports))
    assert slots_of(ports) == {"03 02:00": "planned"}

    _, after = change_connection(ports, "northgate", Change(schedule="0 2 * * 1"))

    assert former_nights(ports, after) == ""
    assert [f"{night.slot:%A}" for night in next_nights(ports, after)] == ["Monday"] * 3


def test_a_line_of_before_that_means_the_same_says_nothing(ports: Ports) -> None:
    connection = of_before(ports, "0 2 * * mon-fri")

    assert former_nights(ports, connection) == ""
    tell_former_nights(ports)
    with ports.database.read() as session:
        assert events(session, ScheduleMeaningTold) == []


def test_changing_its_scope_alone_leaves_a_line_of_before_its_nights(ports: Ports) -> None:
    of_before(ports, "0 2 * * 1")

    _, after = change_connection(ports, "northgate", Change(subscriptions=(SUBSCRIPTION,)))

    assert after.schedule_meaning is Meaning.FORMER


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (Change(), "nothing of northgate would change"),
        (Change(schedule="0 2 * * *"), "nothing of northgate would change"),
        (Change(schedule="0 2 30 2 *"), "never due"),
        (Change(schedule="0 2 * * *", follow_settings=True), "contradict"),
        (Change(time_zone="Mars/Base"), "IANA"),
        (Change(subscriptions=("prod",)), "'prod' is not an id"),
        (Change(cloud_file=Path("cloud.toml")), "no custom cloud"),
        (Change(credential={"kind": "secret_env", "secret_env": "X"}), "--client-id is missing"),
    ],
)
def test_a_change_that_could_never_serve_is_refused_and_nothing_is_sealed(
    ports: Ports, change: Change, part: str
) -> None:
    connected(ports)
    with pytest.raises(UsageError) as refused:
        change_connection(ports, "northgate", change)
    assert part in refused.value.message
    with ports.database.read() as session:
        assert events(session, ConnectionChanged) == []


@pytest.mark.parametrize(
    "verb",
    [lambda p: change_connection(p, "nobody", Change()), lambda p: retire_connection(p, "nobody")],
)
def test_an_unknown_name_says_which_there_are(ports: Ports, verb: object) -> None:
    connected(ports)
    with pytest.raises(AppError, match="northgate"):
        verb(ports)  # type: ignore[operator]


def test_what_is_sealed_of_a_connection_says_how_its_schedule_is_read(ports: Ports) -> None:
    connected(ports)
    with ports.database.read() as session:
        (added,) = events(session, ConnectionAdded)
    told = json.loads(json.dumps(added.event.detail))
    assert told["schedule_meaning"] == "unix"
    assert told["time_zone"] == "UTC"
    assert told["follows_settings"] is False
    assert "retired_at" not in told


def test_a_connection_is_not_named_like_an_id() -> None:
    with pytest.raises(UsageError, match="looks like an id; give it a word of its own"):
        made(SUBSCRIPTION)
