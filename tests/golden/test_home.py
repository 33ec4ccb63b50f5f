"""A home of commit caa3bc1 is opened, verified, re-performed with its own rules, and continued."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.db.rows.evidence import run_records
from app.db.rows.runs import runs
from app.db.rows.verdicts import intervals
from app.evidence.canonical import parse
from app.evidence.record import derived_key
from app.packs.view.facts import Engagement
from app.services.connections.register import find_connection
from app.services.home.halt import Halt
from app.services.home.installation import Ports
from app.services.nights.night import collect_now
from app.services.nights.rejudgement import judge_earlier_nights
from app.services.packing.pack import issue_pack
from app.services.proof.whole_store import verify_bundle_file, verify_store
from app.services.reading.status import status_of
from app.services.reperforming.reperform import reperform_bundle, reperform_run
from tests.conftest import StartSimulator
from tests.golden.homes import ENTRIES, golden_home, now
from tests.installation import secret_env

RULES = "eab39d671ca6bb99fb351ccf2959289976382527a61bf36fed4c904462dc664d"
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
THEN = datetime(2026, 11, 28, 12, tzinfo=UTC)
"""The day after its last night: later on somebody else has to vouch that nights were missed."""
VERDICTS = [887, 900, 902, 906]
"""Of the four nights that were collected; the fifth was missed."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Ports]:
    with golden_home(tmp_path) as ports:
        yield ports


def complete_runs(ports: Ports) -> list[str]:
    with ports.database.read() as session:
        found = [run for run in runs(session) if run.state.startswith("complete")]
    return [run.id for run in sorted(found, key=lambda run: run.slot)]


def test_it_verifies_and_each_night_follows_from_its_pages_by_the_rules_sealed_then(
    home: Ports,
) -> None:
    assert not verify_store(home).faults

    again = [reperform_run(home, run_id) for run_id in complete_runs(home)]

    assert [one.differences for one in again] == [[], [], [], []]
    assert [one.rules_sha256 for one in again] == [[RULES]] * 4
    assert [one.verdicts.done for one in again] == VERDICTS
    assert [one.verdicts.equal for one in again] == VERDICTS


def test_its_connection_goes_on_collecting(home: Ports, start_simulator: StartSimulator) -> None:
    stored = find_connection(home, "northgate")
    with start_simulator(resources=60, subscriptions=2, quotas="off", as_of=now()) as tenant:
        variable = secret_env(tenant)
        os.environ[variable] = tenant.client_secret
        moved = replace(
            stored,
            tenant_id=tenant.tenant_id,
            cloud_file=str(tenant.cloud_file),
            credential={**stored.credential, "secret_env": variable},
        )
        report = collect_now(home, moved, now().replace(microsecond=0), "test")
        assert events_since(home, ENTRIES)[:2] == ["connection_changed", "run_started"]
        later = home.open_log().size
        collect_now(home, moved, now().replace(microsecond=0) + timedelta(seconds=1), "test")
        assert events_since(home, later)[0] == "run_started", "its schedule is told once"

    assert report.records
    assert not verify_store(home).faults
    assert len(complete_runs(home)) == 6
    assert not reperform_run(home, report.run_id).differences


def events_since(home: Ports, place: int) -> list[str]:
    entries = (parse(data) for seq, data in home.open_log().entries() if seq >= place)
    return [entry["kind"] for entry in entries if "kind" in entry]


def test_its_nights_are_judged_again_by_todays_rules_and_what_was_sealed_stays_beside(
    tmp_path: Path,
) -> None:
    with golden_home(tmp_path, lambda: THEN) as ports:
        _judged_again(ports)


def _judged_again(home: Ports) -> None:
    connection = find_connection(home, "northgate")
    sealed = {slot: rows_of(home, run_id) for slot, run_id in collected(home)}

    with home.writer("a test"):
        judged = judge_earlier_nights(home, home.open_log(), connection, Halt())
        again = judge_earlier_nights(home, home.open_log(), connection, Halt())

    assert (judged, again) == (4, 0)
    assert not verify_store(home).faults
    reperformed = [reperform_run(home, run_id) for run_id in complete_runs(home)]
    assert [one.differences for one in reperformed] == [[], [], [], []]
    assert all(len(one.rules_sha256) == 2 for one in reperformed)
    with home.database.read() as session:
        standing = intervals(session, connection.id, None, FIRST, LAST)
    told = [one for one in standing if one.former]
    newest = max(sealed)
    counted = sum(one.first_slot <= newest <= one.last_slot for one in told)
    (connection_now,) = status_of(home).connections
    assert counted == sum(int(one.split()[0]) for one in connection_now.other_rules)
    assert told, "today's rules judge the golden home as the rules of caa3bc1 did"
    for one in told:
        assert one.former is not None
        assert one.former.status is not one.status
        key = (one.check_id, one.subject.lower())
        held = [rows for slot, rows in sealed.items() if one.first_slot <= slot <= one.last_slot]
        assert one.former.status in {rows[key][0] for rows in held if key in rows}

    engagement = Engagement(
        name="Audit", auditor="A", scope="S", first=date(2026, 11, 23), last=date(2026, 11, 27)
    )
    pack = issue_pack(home, connection, engagement)
    anchors = home.home / "trust" / "root.pem", home.home / "trust" / "log.vkey"
    assert not verify_bundle_file(pack.bundle, *anchors).faults
    bundle = reperform_bundle(pack.bundle, *anchors)
    assert bundle.differences == []
    assert bundle.assessments.equal == bundle.assessments.done == 93


def collected(home: Ports) -> list[tuple[datetime, str]]:
    with home.database.read() as session:
        return [(run.slot, run.id) for run in runs(session) if run.state.startswith("complete")]


def rows_of(home: Ports, run_id: str) -> dict[tuple[str, str], tuple[str, str]]:
    """What was sealed in a night: status and reason by check and subject."""
    with home.database.read() as session:
        records = run_records(session, run_id)
    found = {}
    for one in records:
        for check, subject, _, status, reason in parse(
            home.store.get(derived_key(str(one.origin.verdicts_sha256)))
        ):
            found[check, subject.lower()] = (status, reason)
    return found
