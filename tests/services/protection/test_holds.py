"""Holds, retention and the lock on a container: evidence is only ever protected more."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.db.rows.log import events
from app.errors import NotFoundError, RefusedError, UsageError
from app.evidence.events.fact import Fact
from app.evidence.events.protection_events import (
    HoldCleared,
    HoldSet,
    RetentionExtended,
    WormLocked,
)
from app.services.home.installation import Ports
from app.services.proof.whole_store import verify_store
from app.services.protection.holds import (
    clear_hold,
    default_until,
    extend_retention,
    holds,
    lock_store,
    set_hold,
)
from app.services.protection.period_objects import Days, objects_in
from app.services.upkeep.new_home import initialise
from simulator.process import SimulatorProcess
from tests.command_line import annexa
from tests.conftest import StartSimulator
from tests.containers import in_a_container
from tests.installation import Installation, now

TODAY = datetime.now(UTC).date()
ALL = Days(first=TODAY - timedelta(days=1), last=TODAY + timedelta(days=1))


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(resources=20, quotas="off", as_of=datetime.now(UTC)) as process:
        yield process


@pytest.fixture
def installation(tenant: SimulatorProcess, tmp_path: Path) -> Iterator[Installation]:
    with in_a_container(tenant, tmp_path / "home", locked=False) as made:
        made.collect()
        yield made


def held(ports: Ports) -> set[str]:
    return {key for key in ports.store.list("") if ports.store.protection(key).legal_hold}


def logged(ports: Ports, kind: type[Fact]) -> list[dict[str, object]]:
    with ports.database.read() as session:
        return [one.fact.detail() for one in events(session, kind)]


def test_a_hold_covers_records_what_they_name_and_their_checkpoints(
    installation: Installation,
) -> None:
    ports = installation.ports

    kept = set_hold(ports, "ISO 2026", ALL)

    assert kept.changed == kept.objects == len(held(ports))
    kinds = {key.split("/")[0] for key in held(ports)}
    assert kinds == {"raw", "derived", "rules", "entry", "checkpoint"}
    (event,) = logged(ports, HoldSet)
    assert event["objects"] == kept.objects
    assert event["records"] == objects_in(ports, ALL).records
    assert set_hold(ports, "ISO 2026", ALL).changed == 0
    assert [hold.engagement for hold in holds(ports)] == ["ISO 2026"]
    assert verify_store(ports).faults == ()


def test_clearing_one_hold_leaves_what_another_needs(installation: Installation) -> None:
    ports = installation.ports
    set_hold(ports, "ISO 2026", ALL)
    set_hold(ports, "Dispute", Days(first=TODAY, last=TODAY + timedelta(days=1)))

    (kept,) = clear_hold(ports, "ISO 2026", None)
    assert (kept.changed, kept.left) == (0, kept.objects)
    assert [hold.engagement for hold in holds(ports)] == ["Dispute"]

    (last,) = clear_hold(ports, "Dispute", None)
    assert last.changed == last.objects
    assert held(ports) == set()
    assert [detail["held_by_others"] for detail in logged(ports, HoldCleared)] == [kept.left, 0]
    with pytest.raises(NotFoundError, match="no legal hold of 'Dispute'"):
        clear_hold(ports, "Dispute", None)


def test_retention_is_extended_and_never_shortened(installation: Installation) -> None:
    ports = installation.ports
    end = default_until(ports, None)
    assert end == datetime(ports.now().year + 6, 12, 31, 23, 59, 59, tzinfo=UTC)

    kept = extend_retention(ports, ALL, default_until(ports, 8))
    assert kept.changed == kept.objects
    protections = [ports.store.protection(key) for key in objects_in(ports, ALL).keys]
    assert {(p.until, p.mode) for p in protections} == {(default_until(ports, 8), "unlocked")}
    with pytest.raises(RefusedError, match="only ever extended"):
        extend_retention(ports, ALL, end)
    with pytest.raises(UsageError, match="is past"):
        extend_retention(ports, ALL, ports.now() - timedelta(days=1))
    (event,) = logged(ports, RetentionExtended)
    assert event["changed"] == kept.changed
    assert verify_store(ports).faults == ()


def test_the_lock_needs_the_containers_name_and_cannot_be_undone(
    installation: Installation,
) -> None:
    ports = installation.ports
    with pytest.raises(RefusedError, match="nothing was locked"):
        lock_store(ports, lambda _: "yes")
    assert ports.store.protection("entry/000/000/000/000.json").mode == "unlocked"

    kept = lock_store(ports, lambda container: container)

    assert (kept.changed, kept.left) == (kept.objects, 0)
    assert ports.store.protection("entry/000/000/000/000.json").mode == "locked"
    assert logged(ports, WormLocked)[0]["objects"] == kept.objects
    assert lock_store(ports, lambda container: container).changed < kept.changed
    assert verify_store(ports).faults == ()


def test_a_period_without_evidence_is_refused(installation: Installation) -> None:
    empty = Days(first=date(2020, 1, 1), last=date(2020, 1, 2))
    with pytest.raises(NotFoundError, match="no sealed record"):
        set_hold(installation.ports, "ISO 2026", empty)
    with pytest.raises(UsageError, match="before it begins"):
        Days(first=date(2020, 1, 2), last=date(2020, 1, 1))


@pytest.mark.parametrize(
    "words",
    [
        ("hold", "set", "ISO 2026", "--from", "2026-01-01", "--to", "2026-12-31"),
        ("retention", "extend", "--from", "2026-01-01", "--to", "2026-12-31"),
        ("worm", "lock", "--i-understand-that-this-can-never-be-undone", "store"),
    ],
)
def test_a_folder_says_in_one_sentence_that_it_can_protect_nothing(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    initialise(tmp_path / "home", "Northgate Health", now)

    said = annexa(tmp_path / "home", *words)

    assert said.code == 3
    assert "A local folder knows no legal hold, retention or lock" in said.sentence
    assert said.sentence.endswith("[store_cannot_protect]")
    assert json.loads(annexa(tmp_path / "home", "hold", "list", "--json").out) == []
