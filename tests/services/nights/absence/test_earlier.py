"""What nights before showed is missing until it is shown again, or proved to be gone.

Three nights: one that sees all, one that may not see disks, one that sees again while one is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from app.evidence.canonical import parse
from app.evidence.record import entry_key, raw_key, utc
from app.evidence.replay import exchanges_of
from app.services.index.lost_sight import LostSight, lost_sight, newest_losses
from app.services.log.sealed_pages import seen_again
from app.services.nights.absence.earlier import Earlier
from app.services.nights.absence.rights_changes import change_since, shown_rights
from app.services.nights.attempt import NightReport
from app.services.nights.one_record import Job
from app.services.reading.scope_limits import BEYOND, EVERYWHERE, scope_limits
from app.store.base import Store
from collectors.kit import TENANT, Item
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.interpret import Seen
from collectors.kit.missing.things import Missing
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, Installation, installed

DISKS = Job(collector=collector_by_id("compute.disks"), scope=TENANT)
RIGHTS = Job(collector=collector_by_id("access.collector_rights"), scope=TENANT)
NOBODY = "no run"
LOST, GAINED, READ = "lost", "gained", "Microsoft.Compute/disks/read"


@dataclass
class Nights:
    """What could be told after each night."""

    house: Installation
    reports: list[NightReport] = field(default_factory=list)
    missing: list[list[Missing]] = field(default_factory=list)
    losses: list[tuple[LostSight, ...]] = field(default_factory=list)
    told: list[list[str]] = field(default_factory=list)
    limits: list[tuple[str, ...]] = field(default_factory=list)
    gone: str = ""

    def collect(self) -> None:
        house = self.house
        report = house.collect()
        self.reports.append(report)
        self.missing.append(earlier(house).missing(DISKS, {}, ()))
        self.losses.append(lost_sight(house.ports, house.connection.id, report.slot))
        self.told.append(newest_losses(house.ports))
        self.limits.append(scope_limits(house.ports, house.connection, report.slot))


def earlier(house: Installation, but: str = NOBODY) -> Earlier:
    return Earlier(house.ports, house.connection.id, but)


@pytest.fixture(scope="module")
def nights(
    start_simulator: StartSimulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nights]:
    with (
        start_simulator(
            quotas="off", resources=40, subscriptions=2, as_of=datetime.now(UTC)
        ) as tenant,
        installed(tmp_path_factory.mktemp("installed") / "home", tenant, IMPATIENT) as house,
    ):
        told = Nights(house=house)
        told.collect()
        told.gone = min(one.id for one in told.missing[0])
        _blind(tenant, told)
        tenant.delete(id=told.gone)
        told.collect()
        yield told


def _blind(tenant: SimulatorProcess, told: Nights) -> None:
    tenant.withdraw(type="Microsoft.Compute/disks")
    told.collect()
    tenant.grant()


def entry(house: Installation, job: Job, report: NightReport) -> dict[str, Any]:
    from app.db.rows.evidence import run_records

    with house.ports.database.read() as session:
        found = run_records(session, report.run_id)
    (seq,) = [
        one.record.seq for one in found if (one.record.scope, one.record.collector_id) == job.key
    ]
    read: dict[str, Any] = parse(house.ports.store.get(entry_key(seq)))
    return read


def shown(store: Store, job: Job, record: dict[str, Any]) -> Seen:
    return seen_again(record, job.collector, store)


def test_whatever_a_night_showed_is_missing_from_an_empty_list(nights: Nights) -> None:
    first = nights.reports[0]
    seen = shown(nights.house.ports.store, DISKS, entry(nights.house, DISKS, first))
    disks = {item.id for item in seen.items["disks"]}
    assert disks
    assert {one.id for one in nights.missing[0]} == disks
    for one in nights.missing[0]:
        assert one.read == "disks"
        assert one.name
        assert one.checks, "the checks that had answered for it"
        assert one.last_seen == utc(first.slot)


def test_what_is_shown_again_is_not_missing_however_it_is_spelled(nights: Nights) -> None:
    again = tuple(Item(id=one.id.upper(), data={}) for one in nights.missing[0])
    assert earlier(nights.house).missing(DISKS, {"disks": again}, ()) == []


def test_of_pages_that_came_again_byte_for_byte_nothing_is_missing(nights: Nights) -> None:
    store, last = nights.house.ports.store, nights.reports[-1]
    record = entry(nights.house, DISKS, last)
    pages = exchanges_of(record, lambda digest: store.get(raw_key(digest)))
    assert earlier(nights.house).missing(DISKS, {}, pages) == []


def test_what_could_not_be_seen_stays_missing_since_the_night_that_saw_it(nights: Nights) -> None:
    first, blind = nights.missing[0], nights.missing[1]
    assert blind == first
    assert nights.reports[1].gaps > 0


def test_what_was_proved_to_be_gone_is_missing_no_more(nights: Nights) -> None:
    left = {one.id for one in nights.missing[2]}
    assert {one.id for one in nights.missing[0]} - left == {nights.gone}
    assert nights.reports[2].gaps == 0


def test_a_run_is_not_held_against_itself(nights: Nights) -> None:
    but_last = earlier(nights.house, nights.reports[2].run_id).missing(DISKS, {}, ())
    assert but_last == nights.missing[1]


def test_a_connection_without_a_night_misses_nothing(nights: Nights) -> None:
    before = Earlier(nights.house.ports, "no connection", NOBODY)
    assert before.missing(DISKS, {}, ()) == []
    assert before.subscriptions() == set()


def test_every_subscription_that_a_record_spoke_for_is_known(nights: Nights) -> None:
    homes = {one.id.split("/")[2].lower() for one in nights.missing[0]}
    known = earlier(nights.house).subscriptions()
    assert homes <= known
    assert all(one == one.lower() for one in known)


@pytest.mark.parametrize(("number", "is_loss"), [(1, True), (2, False)])
def test_a_withdrawn_right_is_a_loss_and_its_return_a_gain(
    nights: Nights, number: int, *, is_loss: bool
) -> None:
    """Of each night beside the newest of all others: the third, and the second."""
    ports, report = nights.house.ports, nights.reports[number]
    record = entry(nights.house, RIGHTS, report)
    principal = record["collector"]["principal"]
    now = shown_rights(ports, shown(ports.store, RIGHTS, record), principal)
    change = change_since(ports, nights.house.connection.id, report.run_id, now)
    rights = {LOST: {one.what for one in change.lost}, GAINED: {one.what for one in change.gained}}
    assert (READ in rights[LOST], READ in rights[GAINED]) == (is_loss, not is_loss)
    assert any(one.startswith("Reader at ") for one in rights[LOST if is_loss else GAINED])


def test_a_run_that_shows_no_rights_is_no_loss(nights: Nights) -> None:
    change = change_since(nights.house.ports, nights.house.connection.id, NOBODY, {})
    assert (change.lost, change.gained) == ((), ())


def test_each_loss_is_a_sentence_with_its_cause_and_its_consequences(nights: Nights) -> None:
    assert nights.losses[0] == nights.losses[2] == ()
    assert nights.told[0] == nights.told[2] == []
    lost = nights.losses[1]
    assert sum(one.things for one in lost) >= len(nights.missing[0])
    for one in lost:
        assert one.last_seen == nights.reports[0].slot
        assert "can no longer be given (denied)" in one.sentence
        assert "the collecting identity lost Reader at " in one.sentence
        assert READ in one.sentence
    assert nights.told[1] == [f"northgate: {one.sentence}" for one in lost]


def test_limits_of_scope_say_how_far_the_rights_reach(nights: Nights) -> None:
    whole, narrowed, again = nights.limits
    assert whole == again == (EVERYWHERE,)
    assert len(narrowed) == 1
    assert narrowed[0].endswith(BEYOND)
