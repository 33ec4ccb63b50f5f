"""Raw bodies on their way into the store."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import StoreConflictError, UnavailableError
from app.evidence.record import raw_key
from app.services.nights.intake import STAGED_FROM, StoreIncoming, intake_of
from app.store.local.folder import LocalStore
from tests.services.memory import MemoryStore

MEGABYTE = 1 << 20
PIECE = bytes(range(256)) * 256


def kept_in(store: MemoryStore | LocalStore, pieces: list[bytes]) -> bytes:
    incoming = intake_of(store)()
    for piece in pieces:
        incoming.write(piece)
    body = incoming.body()
    asyncio.run(incoming.keep())
    return body


def pieces(count: int) -> Iterator[bytes]:
    return (PIECE for _ in range(count))


@given(st.lists(st.binary(max_size=300), max_size=9), st.sampled_from([0, 700, STAGED_FROM]))
def test_a_body_is_stored_under_its_digest_as_it_was_read(told: list[bytes], more: int) -> None:
    store = MemoryStore()
    whole = [*told, bytes(more)]
    body = kept_in(store, whole)
    assert body == b"".join(whole)
    assert store.objects == {raw_key(sha256(body).hexdigest()): body}


@pytest.mark.parametrize("size", [STAGED_FROM - 1, STAGED_FROM, STAGED_FROM + 1, 3 * STAGED_FROM])
def test_where_a_body_waits_makes_no_difference_to_it(size: int, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    body = bytes(size - 3) + b"end"
    assert kept_in(store, [body]) == kept_in(store, [body[:7], body[7:]]) == body
    assert store.take_stored().objects == 1, "the second time it was there"
    assert store.get(raw_key(sha256(body).hexdigest())) == body
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_while_a_body_arrives_little_of_it_is_in_memory(tmp_path: Path) -> None:
    incoming = StoreIncoming(LocalStore(tmp_path))
    tracemalloc.start()
    for piece in pieces(40 * MEGABYTE // len(PIECE)):
        incoming.write(piece)
    _, arriving = tracemalloc.get_traced_memory()
    body = incoming.body()
    _, read = tracemalloc.get_traced_memory()
    asyncio.run(incoming.keep())
    _, stored = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(body) == 40 * MEGABYTE
    assert arriving < 4 * STAGED_FROM
    assert read < len(body) + 4 * STAGED_FROM, "read back once, for who parses it"
    assert stored < len(body) + 4 * STAGED_FROM


def test_the_body_is_one_object_however_often_it_is_asked_for(tmp_path: Path) -> None:
    for size in (10, 2 * STAGED_FROM):
        incoming = StoreIncoming(LocalStore(tmp_path))
        incoming.write(bytes(size))
        assert incoming.body() is incoming.body()
        incoming.drop()


@pytest.mark.parametrize("size", [10, 2 * STAGED_FROM])
def test_of_a_dropped_body_nothing_is_left(size: int, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    incoming = StoreIncoming(store)
    incoming.write(bytes(size))
    incoming.drop()
    incoming.drop()
    assert list(store.list("")) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_was_kept_stays_when_it_is_dropped(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    incoming = StoreIncoming(store)
    incoming.write(bytes(2 * STAGED_FROM))
    asyncio.run(incoming.keep())
    incoming.drop()
    assert len(list(store.list("raw/"))) == 1


def test_a_body_found_altered_in_the_store_is_told(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    body = bytes(2 * STAGED_FROM)
    store.put_once(raw_key(sha256(body).hexdigest()), body[:-1] + b"x")
    with pytest.raises(StoreConflictError, match="with other bytes"):
        kept_in(store, [body])
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_a_store_that_cannot_take_a_large_body_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    incoming = StoreIncoming(LocalStore(tmp_path / "file/store"))
    with pytest.raises(UnavailableError, match=r"run the command again\.$"):
        incoming.write(bytes(2 * STAGED_FROM))
    incoming.drop()
