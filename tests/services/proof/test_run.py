"""A run is verified by every entry that tells of it, whatever became of it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.errors import NotFoundError
from app.evidence.record import entry_key
from app.schedule.connection import new_connection
from app.services.connections.register import add_connection, find_connection
from app.services.home.installation import Ports, open_ports
from app.services.index.catch_up import reindex
from app.services.nights.night import plan_night
from app.services.nights.schedule.overtaken import end_overtaken
from app.services.proof.run import verify_run
from app.services.reperforming.reperform import reperform_run
from app.services.upkeep.new_home import initialise
from tests.services.vouched import Said

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
ID = "11111111-2222-3333-4444-555555555555"


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    clock = Clock()
    initialise(tmp_path / "home", "Northgate Health", clock)
    with closing(open_ports(tmp_path / "home", clock)) as opened:
        connection = new_connection(
            name="northgate",
            tenant_id=ID,
            credential={"kind": "secret_env", "client_id": ID, "secret_env": "NOT_SET"},
            cloud="public",
            cloud_file=None,
            subscriptions=(),
            schedule="0 2 * * *",
        )
        add_connection(opened, connection)
        clock.at += timedelta(days=3)
        yield opened


def missed(ports: Ports) -> str:
    """A run that was planned and never begun until the next night was due."""
    run_id = plan_night(
        ports, find_connection(ports, "northgate"), START + timedelta(hours=1), "scheduled", "a"
    )
    assert end_overtaken(ports, Said(ports)) == 1
    return run_id


def test_a_run_that_was_missed_is_verified_by_the_entry_that_says_so(ports: Ports) -> None:
    run_id = missed(ports)
    assert verify_run(ports, run_id).result == "VERIFIED, 1 entries"
    key = entry_key(ports.open_log().size - 1)
    file = ports.home / "store" / key
    file.chmod(0o600)
    file.write_bytes(
        file.read_bytes().replace(b"cannot be collected later", b"was not needed by us at")
    )
    assert {fault.object for fault in verify_run(ports, run_id).faults} == {key}


def test_a_run_that_was_missed_is_the_same_run_in_an_index_made_anew(ports: Ports) -> None:
    run_id = missed(ports)
    reindex(ports)
    assert verify_run(ports, run_id).result == "VERIFIED, 1 entries"


def test_there_is_nothing_to_re_perform_of_a_run_that_was_missed(ports: Ports) -> None:
    with pytest.raises(NotFoundError):
        reperform_run(ports, missed(ports))
