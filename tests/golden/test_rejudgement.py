"""Nights are judged again newest first, as long as there is time, and never without their pages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.db.rows.evidence import records
from app.db.rows.judged import runs_of_other_rules
from app.db.rows.log import events
from app.evidence.canonical import parse, sha256
from app.evidence.events.run_events import Rejudged
from app.evidence.record import derived_key, entry_key, raw_key
from app.services.connections.register import find_connection
from app.services.home.halt import Halt
from app.services.home.installation import Ports
from app.services.nights.rejudgement import judge_earlier_nights
from app.services.nights.rules_archive import rules_archive
from app.services.reading.status import status_of
from tests.golden.homes import golden_home

EMPTY = sha256(b"")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Ports]:
    with golden_home(tmp_path) as ports:
        yield ports


def left(ports: Ports) -> list[datetime]:
    """Slots that today's rules have not judged."""
    connection = find_connection(ports, "northgate")
    with ports.database.read() as session:
        found = runs_of_other_rules(session, connection.id, sha256(rules_archive()))
    return [slot for slot, _ in found]


def judge(ports: Ports) -> int:
    with ports.writer("a test"):
        connection = find_connection(ports, "northgate")
        return judge_earlier_nights(ports, ports.open_log(), connection, Halt())


def test_what_there_is_no_time_for_follows_later_and_status_says_so(home: Ports) -> None:
    nights = left(home)
    clock = iter(datetime(2026, 11, 28, tzinfo=UTC) + n * timedelta(minutes=20) for n in range(99))

    assert judge(replace(home, now=lambda: next(clock))) == 1

    assert left(home) == nights[1:]
    (connection,) = status_of(home).connections
    assert connection.other_rules[-1].startswith("3 earlier nights are not yet judged")
    assert judge(home) == 3
    assert left(home) == []


def test_a_night_whose_page_is_lost_is_left_as_it_was_sealed(home: Ports) -> None:
    newest, *others = left(home)
    older = {digest for slot in others for digest in pages_of(home, slot)}
    lost = min(pages_of(home, newest) - older)
    (home.home / "store" / raw_key(lost)).unlink()

    assert judge(home) == 3
    assert left(home) == [newest]


def test_an_older_night_is_measured_by_what_was_expected_then(home: Ports) -> None:
    judge(home)

    with home.database.read() as session:
        told = events(session, Rejudged)
    digests = {one.expectations for each in told for one in each.fact.records}
    assert len(told) == 4
    for digest in digests:
        values = parse(home.store.get(derived_key(digest)))
        assert values["log_retention_days"] == 365
        assert "standing_access_days" in values, "what no check measured then, as it is today"


def pages_of(ports: Ports, slot: datetime) -> set[str]:
    """Digests of the pages that a night's records name."""
    connection = find_connection(ports, "northgate")
    with ports.database.read() as session:
        found = records(session, connection.id, slot, slot)
    sealed = [parse(ports.store.get(entry_key(one.seq))) for one in found]
    return {source["raw_sha256"] for record in sealed for source in record["source"]} - {EMPTY}
