"""What every store promises, whatever it is made of."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from app.errors import NotFoundError, StoreConflictError, UsageError, WriterBusyError
from app.store.base import Store
from tests.store.places import Place, as_argument


def test_bytes_come_back_as_they_were_put(store: Store) -> None:
    data = bytes(range(256)) * 1000
    assert store.put_once("raw/sha256/ab/abcd", data) is True
    assert store.get("raw/sha256/ab/abcd") == data


def test_an_empty_object_is_an_object(store: Store) -> None:
    assert store.put_once("entry/empty", b"") is True
    assert store.get("entry/empty") == b""
    assert list(store.list("")) == ["entry/empty"]


def test_the_same_bytes_again_change_nothing(store: Store) -> None:
    assert store.put_once("checkpoint/000000000001", b"note") is True
    assert store.put_once("checkpoint/000000000001", b"note") is False


def test_other_bytes_are_refused_and_the_sentence_names_the_key(store: Store) -> None:
    store.put_once("tile/0/x001/234.p/8", b"first")
    with pytest.raises(StoreConflictError, match=r"tile/0/x001/234\.p/8"):
        store.put_once("tile/0/x001/234.p/8", b"other")
    assert store.get("tile/0/x001/234.p/8") == b"first"


def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError, match="raw/none"):
        store.get("raw/none")
    with pytest.raises(NotFoundError, match="raw/none"):
        store.protection("raw/none")


def test_a_store_never_written_to_is_empty(store: Store) -> None:
    assert list(store.list("")) == []
    assert list(store.list("raw/")) == []


def test_keys_are_listed_in_ascending_order_under_their_prefix(store: Store) -> None:
    keys = ["a/b/c", "a/b.tsr", "a/b-1", "a/b0", "b", "a/0", "a/b/a/1"]
    for key in keys:
        store.put_once(key, key.encode())
    assert list(store.list("")) == sorted(keys)
    assert list(store.list("a/")) == sorted(key for key in keys if key.startswith("a/"))
    assert list(store.list("a/b")) == sorted(key for key in keys if key.startswith("a/b"))
    assert list(store.list("a/b/")) == ["a/b/a/1", "a/b/c"]
    assert list(store.list("c")) == []


def test_what_is_staged_is_no_object_until_it_is_published(store: Store) -> None:
    staged = store.stage()
    staged.write(b"in ")
    assert staged.read() == b"in "
    staged.write(b"pieces")
    assert list(store.list("")) == []
    assert staged.read() == staged.read() == b"in pieces"
    assert staged.publish("raw/sha256/ab/abcd") is True
    assert store.get("raw/sha256/ab/abcd") == b"in pieces"
    staged.discard()
    assert list(store.list("")) == ["raw/sha256/ab/abcd"]


def test_what_is_staged_is_written_once_as_any_object(store: Store) -> None:
    store.put_once("raw/one", b"first")
    for bytes_there, data in ((True, b"first"), (False, b"other")):
        staged = store.stage()
        staged.write(data)
        if bytes_there:
            assert staged.publish("raw/one") is False
            continue
        with pytest.raises(StoreConflictError, match="raw/one"):
            staged.publish("raw/one")
    staged = store.stage()
    with pytest.raises(UsageError, match="not a store key"):
        staged.publish("../one")
    assert store.get("raw/one") == b"first"


def test_what_is_discarded_was_never_there(store: Store) -> None:
    staged = store.stage()
    staged.write(b"x" * 100_000)
    staged.discard()
    staged.discard()
    assert list(store.list("")) == []


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../up", "a/../b", "a//b", "a/", "Raw/x", "a b", "a/.hidden", "é", "a\n",
     "a\\b", "a?x=1", "a" * 600],
)  # fmt: skip
def test_a_key_that_could_leave_the_store_is_refused(store: Store, key: str) -> None:
    with pytest.raises(UsageError, match="not a store key"):
        store.put_once(key, b"x")
    with pytest.raises(UsageError):
        store.get(key)


def test_the_protection_is_what_the_store_really_does(store: Store, place: Place) -> None:
    store.put_once("entry/0", b"x")
    protection = store.protection("entry/0")
    assert "tamper-evident only" in store.label
    assert protection.until is None
    if place.kind == "local":
        assert protection.mode == "tamper-evident only"
    else:
        assert protection.mode == "none"
        assert protection.etag


def test_of_many_threads_exactly_one_writes(store: Store) -> None:
    together = Barrier(8)

    def put(_: int) -> bool:
        together.wait()
        return store.put_once("entry/1", b"same bytes")

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(put, range(8))) == [False] * 7 + [True]


def test_of_many_threads_with_different_bytes_one_wins_and_the_others_are_refused(
    store: Store,
) -> None:
    together = Barrier(8)

    def put(number: int) -> bytes | None:
        data = b"%d" % number * 10_000
        together.wait()
        try:
            return data if store.put_once("entry/2", data) else None
        except StoreConflictError:
            return None

    with ThreadPoolExecutor(8) as pool:
        won = [data for data in pool.map(put, range(8)) if data is not None]
    assert won == [store.get("entry/2")]


def test_of_several_processes_exactly_one_writes_each_object(place: Place) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.store.places", as_argument(place), "20"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [int(racer.communicate()[0]) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert sum(won) == 20


def test_a_second_writer_is_refused_and_told_who_holds_the_store(
    open_again: Callable[[], Store],
) -> None:
    with open_again().writer("collect contoso"):
        with (
            pytest.raises(WriterBusyError, match="collect contoso"),
            open_again().writer("reindex"),
        ):
            pass
        open_again().put_once("entry/0", b"the writer writes on")
    with open_again().writer("reindex"):
        assert list(open_again().list("")) == ["entry/0"]


def test_a_writer_that_fails_lets_the_next_one_in(open_again: Callable[[], Store]) -> None:
    with pytest.raises(ZeroDivisionError), open_again().writer("first"):
        raise ZeroDivisionError
    with open_again().writer("second"):
        pass
