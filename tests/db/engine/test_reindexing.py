"""While `annexa reindex` runs, a valid token opens the API and every night is there, as before."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.services.access.tokens import create_token, valid_token
from app.services.home.installation import Ports, open_ports
from app.services.index import catch_up as indexing
from app.services.index.catch_up import reindex
from app.services.upkeep.new_home import initialise
from tests.command_line import annexa
from tests.db.logged import all_events


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def home(url: str, tmp_path: Path) -> Path:
    """A home on this engine, with a dozen tokens in its log."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "annexa.toml").write_text(f'database = "{url}"\n')
    initialise(home, "Northgate Health", now)
    return home


@pytest.fixture
def ports(home: Path) -> Iterator[Ports]:
    with closing(open_ports(home, now)) as opened:
        yield opened


def view(ports: Ports, secret: str) -> tuple[bool, int]:
    """Is the token valid, and how many entries does the index know?"""
    with ports.database.read() as session:
        return valid_token(ports, secret) is not None, len(all_events(session))


def test_a_valid_token_stays_valid_while_the_index_is_rebuilt(
    home: Path, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = [
        create_token(ports, f"reader {n}", ("evidence:read",), None).secret for n in range(12)
    ]
    last = secrets[-1]
    whole = view(ports, last)
    assert whole[0]
    monkeypatch.setattr(indexing, "BATCH", 2)
    views: Counter[tuple[bool, int]] = Counter()
    steps: list[int] = []
    stop = threading.Event()

    def read() -> None:
        with closing(open_ports(home, now)) as reader:
            while not stop.is_set():
                views[view(reader, last)] += 1

    def told(done: int, _: int) -> None:
        steps.append(done)
        views[view(ports, last)] += 1

    reading = threading.Thread(target=read)
    reading.start()
    try:
        with ports.writer("test"):
            count = reindex(ports, told)
    finally:
        stop.set()
        reading.join()
    assert len(steps) >= 6, "it was looked at while half of the entries were indexed"
    assert set(views) == {whole}
    assert view(ports, last) == whole
    assert count == ports.open_log().size


def test_the_command_rebuilds_an_index_that_others_keep_open(home: Path, ports: Ports) -> None:
    secret = create_token(ports, "reader", ("evidence:read",), None).secret
    before = view(ports, secret)
    done = annexa(home, "reindex")
    assert done.code == 0, done.err
    assert view(ports, secret) == before
    assert annexa(home, "verify").code == 0
