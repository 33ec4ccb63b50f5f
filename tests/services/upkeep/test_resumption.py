"""A restored store that nothing remembers is read, and written to only once somebody vouches."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.db.rows.log import newest_event
from app.errors import RefusedError, VerificationFailedError
from app.evidence.events.log_events import LogResumed
from app.services.home.installation import open_ports
from app.services.home.remembered_head import FILE_NAME
from app.services.index.catch_up import keep_up, reindex
from app.services.log.checkpoints import checkpoint_key, checkpoint_sizes
from app.services.proof.whole_store import verify_store
from app.services.upkeep.resumption import resume_log
from tests.services.noted_home import note, noted_home, now


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return noted_home(tmp_path / "home")


@pytest.fixture
def restored(home: Path) -> Path:
    """Settings, keys and store came back; the index and what was remembered did not."""
    forget(home)
    (home / FILE_NAME).unlink()
    return home


def forget(home: Path) -> None:
    for path in home.glob("index.sqlite*"):
        path.unlink()


def nothing(_: Path) -> None:
    """The next command finds no index."""


def brought_up(home: Path) -> None:
    with closing(open_ports(home, now)) as ports:
        assert keep_up(ports) == 3


def rebuilt(home: Path) -> None:
    with closing(open_ports(home, now, rebuild=True)) as ports:
        assert reindex(ports) == 3
        assert reindex(ports) == 3, "a second time launders nothing either"


def tried(home: Path) -> None:
    """A writer that was refused has brought the index up all the same."""
    with closing(open_ports(home, now)) as ports, pytest.raises(RefusedError):
        note(ports, "three")


def lost_again(home: Path) -> None:
    rebuilt(home)
    forget(home)


@pytest.mark.parametrize("index", [nothing, brought_up, rebuilt, tried, lost_again])
def test_nothing_is_written_to_a_log_that_nothing_remembers(
    restored: Path, index: Callable[[Path], None]
) -> None:
    index(restored)
    with closing(open_ports(restored, now)) as ports:
        before = sorted(ports.store.list(""))
        for _ in range(2):
            with pytest.raises(RefusedError) as refused:
                note(ports, "three")
            assert refused.value.kind == "log_unremembered"
            assert "annexa log resume --checkpoint" in refused.value.message
        assert sorted(ports.store.list("")) == before
        assert verify_store(ports).faults == (), "it is read and verified"


@pytest.mark.parametrize("index", [nothing, rebuilt])
def test_with_the_newest_checkpoint_it_goes_on_and_says_so(
    restored: Path, index: Callable[[Path], None]
) -> None:
    index(restored)
    with closing(open_ports(restored, now)) as ports:
        held = ports.store.get(checkpoint_key(3))
        resume_log(ports, held, "operator")
        note(ports, "three")
        with ports.database.read() as session:
            told_of = newest_event(session, LogResumed)
        assert told_of is not None
        assert told_of.seq == 3
        assert (told_of.fact.known_size, told_of.fact.by) == (3, "operator")
        assert verify_store(ports).faults == ()
    forget(restored)
    with closing(open_ports(restored, now)) as ports:
        note(ports, "four")


def test_without_a_checkpoint_the_entry_says_that_none_was_shown(restored: Path) -> None:
    with closing(open_ports(restored, now)) as ports:
        fact = resume_log(ports, None, "operator")
        assert (fact.known_size, fact.known_root, fact.entries) == (None, None, 3)
        note(ports, "three")
        with pytest.raises(RefusedError) as refused:
            resume_log(ports, None, "operator")
        assert refused.value.kind == "log_remembered"


def test_an_older_copy_is_not_continued_by_whoever_shows_a_newer_checkpoint(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home / "store", tmp_path / "older")
    with closing(open_ports(home, now)) as ports:
        note(ports, "three", "four")
        held = ports.store.get(checkpoint_key(5))
    shutil.rmtree(home / "store")
    shutil.copytree(tmp_path / "older", home / "store")
    forget(home)
    (home / FILE_NAME).unlink()
    with closing(open_ports(home, now)) as ports:
        before = sorted(ports.store.list(""))
        with pytest.raises(VerificationFailedError) as refused:
            resume_log(ports, held, "operator")
        assert refused.value.kind == "log_rolled_back"
        with pytest.raises(VerificationFailedError) as refused:
            resume_log(ports, b"no checkpoint", "operator")
        assert sorted(ports.store.list("")) == before


def test_an_index_of_before_remembers_where_the_file_is_lost(home: Path) -> None:
    (home / FILE_NAME).unlink()
    with closing(open_ports(home, now)) as ports:
        note(ports, "three")
        assert checkpoint_sizes(ports.store)[-1] == 4


def test_making_the_index_anew_loses_nothing_that_only_the_index_remembered(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home / "store", tmp_path / "older")
    with closing(open_ports(home, now)) as ports:
        note(ports, "three")
    (home / FILE_NAME).unlink()
    newest = tmp_path / "newest"
    shutil.copytree(home / "store", newest)
    shutil.rmtree(home / "store")
    shutil.copytree(tmp_path / "older", home / "store")
    with (
        closing(open_ports(home, now, rebuild=True)) as ports,
        pytest.raises(VerificationFailedError) as refused,
    ):
        reindex(ports)
    assert refused.value.kind == "log_rolled_back"
    shutil.rmtree(home / "store")
    shutil.copytree(newest, home / "store")
    with closing(open_ports(home, now, rebuild=True)) as ports:
        reindex(ports)
        note(ports, "four")
