"""Status, verdict and pack tell each slot: late, missed, failed, by hand, and what nobody began."""

import csv
import io
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from app.controls.nights import late_by, late_words
from app.db.rows.verdicts import intervals
from app.errors import NotFoundError
from app.evidence.canonical import parse
from app.packs.view.facts import Engagement
from app.services.connections.change import Change, change_connection, retire_connection
from app.services.connections.register import find_connection
from app.services.home.installation import Ports
from app.services.nights.night import collect_now
from app.services.nights.schedule.tick import tick
from app.services.packing.pack import issue_pack
from app.services.proof.whole_store import verify_bundle_file, verify_store
from app.services.reading.status import ConnectionStatus, status_of
from app.services.reading.verdict import VerdictOn, look_up_verdict
from app.services.reperforming.reperform import reperform_bundle
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, installed, secret_env
from tests.services.nights.tenant_clock import TenantClock

START = datetime(2026, 3, 1, 1, tzinfo=UTC)
CHECK = "inventory.resources.complete"


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(resources=12, subscriptions=1, quotas="off", as_of=START) as process:
        yield process


@pytest.fixture(scope="module")
def clock(tenant: SimulatorProcess) -> TenantClock:
    return TenantClock(tenant, START)


def slot(day: int, hour: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.fixture(scope="module")
def ports(
    tenant: SimulatorProcess, clock: TenantClock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ports]:
    """2 March twelve hours late; 3 March missed and asked by hand; from the 4th twice a day, of
    which 02:00 was missed; then nobody."""
    home = tmp_path_factory.mktemp("told") / "home"
    with installed(home, tenant, IMPATIENT, clock=clock) as made:
        os.environ[secret_env(tenant)] = tenant.client_secret
        clock.at = slot(1) + timedelta(minutes=1)
        tick(made.ports, "test")
        clock.at = slot(2) + timedelta(hours=12)
        tick(made.ports, "test")
        clock.at = slot(3) + timedelta(hours=7)
        collect_now(made.ports, made.connection, clock.at, "test")
        clock.at = slot(4, 1)
        change_connection(made.ports, "northgate", Change(schedule="0 2,14 * * *"))
        clock.at = slot(4, 14) + timedelta(minutes=1)
        tick(made.ports, "test")
        clock.at = slot(6, 15)
        yield made.ports


def standing(ports: Ports) -> ConnectionStatus:
    (one,) = status_of(ports).connections
    return one


def verdict(ports: Ports, day: date | None = None) -> VerdictOn:
    connection = find_connection(ports, None)
    with ports.database.read() as session:
        found = intervals(session, connection.id, [CHECK], slot(1, 0), slot(9))
    return look_up_verdict(ports, connection, CHECK, found[0].subject, day)


def test_status_counts_slots_and_says_what_nobody_began(ports: Ports) -> None:
    found = standing(ports)

    assert found.counted.sentence == ("3 of 5 slots collected; 1 late, 2 missed; 1 run by hand")
    late = [late_words(by) for night in found.nights if (by := late_by(night))]
    assert late == ["collected 12 h late"]
    assert found.overdue == 4
    assert found.standing == (
        "the last night was 2026-03-04 14:00 UTC (complete); none came since, though 4 nights were "
        "due: is `annexa serve` running?"
    )
    assert [f"{night.slot:%d %H}" for night in found.next_nights] == ["07 02", "07 14", "08 02"]


def test_a_home_whose_nights_are_long_past_never_says_no_night_yet(
    ports: Ports, clock: TenantClock
) -> None:
    before, clock.at = clock.at, slot(4) + timedelta(days=60)
    try:
        found = standing(ports)
    finally:
        clock.at = before

    assert found.nights == ()
    assert found.standing.startswith("the last night was 2026-03-04 14:00 UTC (complete)")
    assert "none came since, though 118 nights were due" in found.standing
    assert found.verdicts


def test_a_verdict_says_since_when_at_most_and_with_which_holes(ports: Ports) -> None:
    found = verdict(ports)

    assert found.night == slot(4, 14)
    assert found.since_is == "on or before"
    assert found.not_collected == (slot(3), slot(4))
    assert found.lost_since == 4
    assert found.span == (
        "on or before 2026-03-01 02:00 to 2026-03-04 14:00, with 2 slots not collected"
    )


def test_a_verdict_of_a_day_names_every_night_of_it(ports: Ports) -> None:
    third, fourth = verdict(ports, date(2026, 3, 3)), verdict(ports, date(2026, 3, 4))

    assert [(a.slot, a.state, a.manual, a.status and a.status.value) for a in third.of_day] == [
        (slot(3), "missed", False, None),
        (slot(3, 9), "complete", True, "pass"),
    ]
    assert [(a.slot, a.state) for a in fourth.of_day] == [
        (slot(4), "missed"),
        (slot(4, 14), "complete"),
    ]
    assert verdict(ports, date(2026, 3, 2)).late == "collected 12 h late"


def test_a_pack_records_what_nobody_collected_and_hides_no_night(
    ports: Ports, clock: TenantClock
) -> None:
    connection = find_connection(ports, None)
    engagement = Engagement(
        name="Audit", auditor="A", scope="S", first=date(2026, 3, 1), last=date(2026, 3, 31)
    )

    issued = issue_pack(ports, connection, engagement)

    found = standing(ports)
    assert found.overdue == 1, "the newest can still be caught up"
    assert found.counted.missed == 5
    with pytest.raises(NotFoundError, match=r"on 2026-03-05 \(.*: 02:00 missed, 14:00 missed\)"):
        verdict(ports, date(2026, 3, 5))
    assert (issued.issued_at, issued.sealed_at) == (clock.at, clock.at)
    with zipfile.ZipFile(issued.bundle) as opened:
        manifest = parse(opened.read("manifest.json"))
        assessed = parse(opened.read("assessments.json"))
        text = opened.read("populations/deviations.csv").decode()
        names = set(opened.namelist())
    assert manifest["issued_at"] == "2026-03-06T15:00:00.000Z"
    assert manifest["log"]["sealed_at"] == "2026-03-06T15:00:00.000Z"
    assert {f"{name.removesuffix('.csv')}.xlsx" for name in names if name.endswith(".csv")} <= names
    assert assessed["counts"] == "slots"
    [told] = [one for one in assessed["controls"] if one["id"] == "A.5.9"]
    [figures] = [one for one in told["checks"] if one["id"] == CHECK]
    assert (figures["nights_collected"], figures["nights_missed"]) == (3, 30)
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert {row[head.index("first is")] for row in rows} <= {"on", "on or before"}
    trust = ports.home / "trust"
    root, key = trust / "root.pem", trust / "log.vkey"
    assert not verify_bundle_file(issued.bundle, root, key).faults
    again = reperform_bundle(issued.bundle, root, key)
    assert again.differences == []
    assert again.assessments.done == again.assessments.equal
    assert not verify_store(ports).faults


def test_a_retired_connection_says_so_and_is_due_nothing(ports: Ports) -> None:
    retire_connection(ports, "northgate")

    found = standing(ports)

    assert found.standing.startswith("retired on 2026-03-06 15:00 UTC")
    assert found.next_nights == ()
