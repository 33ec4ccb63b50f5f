"""What a local disk adds to the contract: modes, full disks, killed writers."""

import errno
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.errors import StoreConflictError, UnavailableError, WriterBusyError
from app.store.local.folder import LocalStore

ROOT = Path(__file__).parents[3]


def child(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_objects_are_read_only_files(tmp_path: Path) -> None:
    LocalStore(tmp_path / "s").put_once("raw/a", b"x")
    assert (tmp_path / "s/raw/a").stat().st_mode & 0o777 == 0o444


def test_nothing_temporary_is_left_or_listed(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "s")
    store.put_once("raw/a", b"x")
    store.put_once("raw/a", b"x")
    with pytest.raises(StoreConflictError):
        store.put_once("raw/a", b"y")
    for key in ("raw/b", "raw/b", "raw/a"):
        staged = store.stage()
        staged.write(b"x")
        staged.publish(key)
    assert list((tmp_path / "s/.incoming").iterdir()) == []
    (tmp_path / "s/.incoming/9-left").write_bytes(b"half")
    assert list(store.list("")) == ["raw/a", "raw/b"]
    with store.writer("sweep"):
        assert list((tmp_path / "s/.incoming").iterdir()) == []


def test_what_arrives_is_not_swept_while_its_writer_lives(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "s")
    staged = store.stage()
    staged.write(b"x" * 1000)
    with LocalStore(tmp_path / "s").writer("sweep"):
        assert staged.publish("raw/a") is True
    assert store.get("raw/a") == b"x" * 1000
    assert (tmp_path / "s/raw/a").stat().st_mode & 0o777 == 0o444


def test_a_disk_without_locks_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    store = LocalStore(tmp_path / "s")
    store.put_once("raw/a", b"x")
    monkeypatch.setattr("app.store.local.inbox.fcntl.flock", refuse)
    for attempt in (store.stage, lambda: store.put_once("raw/b", b"x")):
        with pytest.raises(UnavailableError, match="No locks available"):
            attempt()
    assert list((tmp_path / "s/.incoming").iterdir()) == []


def test_a_key_below_an_object_is_refused_in_one_sentence(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "s")
    store.put_once("raw", b"x")
    with pytest.raises(UnavailableError, match="cannot be written"):
        store.put_once("raw/a", b"x")


def test_a_key_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "s")
    store.put_once("raw/a", b"x")
    with pytest.raises(StoreConflictError, match="raw"):
        store.put_once("raw", b"x")


def test_an_unwritable_store_says_so_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = LocalStore(tmp_path / "file/store")
    for attempt in (lambda: store.put_once("a", b"x"), lambda: store.writer("x").__enter__()):
        with pytest.raises(UnavailableError, match=r"cannot be written .*run the command again\.$"):
            attempt()


def test_a_kernel_that_refuses_is_reported() -> None:
    with pytest.raises(UnavailableError, match="cannot be written"):
        LocalStore(Path("/proc/self/annexa")).put_once("a", b"x")


FULL = """
import resource, sys
from pathlib import Path
from app.errors import UnavailableError
from app.store.local.folder import LocalStore
store = LocalStore(Path(sys.argv[1]))
store.put_once("raw/small", b"x" * 1000)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    if sys.argv[2] == "whole":
        store.put_once("raw/large", b"x" * 1_000_000)
    staged = store.stage()
    try:
        for _ in range(1000):
            staged.write(b"x" * 1000)
        staged.publish("raw/large")
    finally:
        staged.discard()
except UnavailableError as error:
    print(error.message)
"""


@pytest.mark.parametrize("how", ["whole", "in pieces"])
def test_a_full_disk_leaves_nothing_half_written(how: str, tmp_path: Path) -> None:
    with child(FULL, str(tmp_path / "s"), how) as filler:
        said, _ = filler.communicate()
    assert "is full or over quota: free some space" in said
    store = LocalStore(tmp_path / "s")
    assert list(store.list("")) == ["raw/small"]
    assert list((tmp_path / "s/.incoming").iterdir()) == []
    assert store.put_once("raw/large", b"x" * 1_000_000) is True


HOLD = """
import sys
from pathlib import Path
from app.store.local.folder import LocalStore
with LocalStore(Path(sys.argv[1])).writer("collect contoso"):
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_a_busy_store_names_the_process_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "s", now=lambda: datetime(2026, 11, 23, 2, tzinfo=UTC))
    with child(HOLD, str(tmp_path / "s")) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        with (
            pytest.raises(WriterBusyError, match=rf"Process {holder.pid} \(collect contoso"),
            store.writer("reindex"),
        ):
            pass
        holder.send_signal(signal.SIGKILL)
    with store.writer("reindex"):
        assert str(os.getpid()) in (tmp_path / "s/.writer.lock").read_text()
        assert "2026-11-23T02:00:00+00:00" in (tmp_path / "s/.writer.lock").read_text()


KILLED = """
import os, sys
from pathlib import Path
from app.store.local import folder as local
def die(*_):
    os.kill(os.getpid(), 9)
local.os.link = die
local.LocalStore(Path(sys.argv[1])).put_once("raw/a", b"x" * 100_000)
"""


def test_a_process_killed_before_the_link_leaves_no_object(tmp_path: Path) -> None:
    with child(KILLED, str(tmp_path / "s")) as killed:
        assert killed.wait() == -signal.SIGKILL
    store = LocalStore(tmp_path / "s")
    assert list(store.list("")) == []
    assert store.put_once("raw/a", b"y") is True
