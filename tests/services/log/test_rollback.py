"""A store that was set back is noticed before anything is signed on top of it."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.errors import VerificationFailedError
from app.evidence.record import entry_key
from app.services.home.installation import open_ports
from app.services.home.remembered_head import FILE_NAME
from app.services.log.checkpoints import checkpoint_key, checkpoint_sizes, token_key
from app.services.proof.whole_store import verify_store
from app.services.upkeep.resumption import resume_log
from tests.services.noted_home import note, noted_home, now


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return noted_home(tmp_path / "home")


@pytest.fixture
def older(home: Path, tmp_path: Path) -> Path:
    """A copy of the store, then three more entries in the home's."""
    copy = tmp_path / "older"
    shutil.copytree(home / "store", copy)
    with closing(open_ports(home, now)) as ports:
        note(ports, "three", "four", "five")
    return copy


def set_back(home: Path, older: Path) -> None:
    shutil.rmtree(home / "store")
    shutil.copytree(older, home / "store")


def take_newest(home: Path, _: Path) -> None:
    """The last entry and its checkpoint are taken away; tiles and everything else stay."""
    with closing(open_ports(home, now)) as ports:
        size = checkpoint_sizes(ports.store)[-1]
    for key in (entry_key(size - 1), checkpoint_key(size), token_key(size)):
        (home / "store" / key).unlink()


def fork(home: Path, older: Path) -> None:
    """The older copy grows elsewhere, under the same keys, to another log of the same size."""
    elsewhere = home.with_name("elsewhere")
    elsewhere.mkdir()
    shutil.copytree(home / "trust", elsewhere / "trust")
    shutil.copy(home / "annexa.toml", elsewhere)
    shutil.copytree(older, elsewhere / "store")
    with closing(open_ports(elsewhere, now)) as ports:
        resume_log(ports, None, "nobody who would know")
        note(ports, "4", "5", "6")
    set_back(home, elsewhere / "store")


def only_file(home: Path) -> None:
    for path in home.glob("index.sqlite*"):
        path.unlink()


def only_index(home: Path) -> None:
    (home / FILE_NAME).unlink()


def both(_: Path) -> None:
    """File and index remember."""


@pytest.mark.parametrize("memory", [both, only_file, only_index])
@pytest.mark.parametrize("change", [set_back, take_newest, fork])
def test_nothing_is_signed_on_a_log_that_was_rolled_back(
    home: Path,
    older: Path,
    change: Callable[[Path, Path], None],
    memory: Callable[[Path], None],
) -> None:
    change(home, older)
    memory(home)
    with closing(open_ports(home, now)) as ports:
        before = sorted(ports.store.list(""))
        with pytest.raises(VerificationFailedError) as refused:
            note(ports, "on top")
        assert refused.value.kind == "log_rolled_back"
        assert refused.value.exit_code == 5
        assert sorted(ports.store.list("")) == before
        assert "log_rolled_back" in {fault.code for fault in verify_store(ports).faults}


def test_the_newest_copy_brought_back_goes_on(home: Path, older: Path) -> None:
    newest = home.with_name("newest")
    shutil.copytree(home / "store", newest)
    set_back(home, older)
    with closing(open_ports(home, now)) as ports, pytest.raises(VerificationFailedError):
        note(ports, "on top")
    set_back(home, newest)
    with closing(open_ports(home, now)) as ports:
        note(ports, "six")
        assert verify_store(ports).faults == ()


@pytest.mark.parametrize("damage", [b"", b"no note\n"])
def test_a_lost_or_damaged_memory_is_written_anew(home: Path, damage: bytes) -> None:
    (home / FILE_NAME).write_bytes(damage)
    with closing(open_ports(home, now)) as ports:
        note(ports, "three")
        size = checkpoint_sizes(ports.store)[-1]
        assert (home / FILE_NAME).read_bytes() == ports.store.get(checkpoint_key(size))
    assert (home / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_home_that_is_behind_a_store_that_others_write_goes_on(home: Path, older: Path) -> None:
    del older
    early = (home / FILE_NAME).read_bytes()
    with closing(open_ports(home, now)) as ports:
        note(ports, "six")
    (home / FILE_NAME).write_bytes(early)
    with closing(open_ports(home, now)) as ports:
        note(ports, "seven")
        assert verify_store(ports).faults == ()
