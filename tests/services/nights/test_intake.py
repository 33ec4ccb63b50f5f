"""Raw bodies on their way into the store."""

import asyncio
import threading
import tracemalloc
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import StoreConflictError, UnavailableError
from app.evidence.record import raw_key
from app.services.nights.intake import STAGED_FROM, StoreIncoming
from app.store.local.folder import LocalStore
from app.store.local.stage import LocalStage
from app.store.stage import TemporaryStage
from tests.services.memory import MemoryStore

MEGABYTE = 1 << 20
ODD = bytes(range(251)) * 257
"""A piece that no bound is a multiple of."""


async def taken(store: MemoryStore | LocalStore, pieces: Iterable[bytes]) -> StoreIncoming:
    incoming = StoreIncoming(store)
    for piece in pieces:
        await incoming.write(piece)
    return incoming


async def kept_in(store: MemoryStore | LocalStore, pieces: Iterable[bytes]) -> bytes:
    incoming = await taken(store, pieces)
    body = await incoming.body()
    await incoming.keep()
    return body


def key_of(body: bytes) -> str:
    return raw_key(sha256(body).hexdigest())


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@given(
    first=st.lists(st.binary(max_size=300), max_size=4),
    large=st.sampled_from([0, 700, STAGED_FROM - 1, STAGED_FROM, 2 * STAGED_FROM + 5]),
    last=st.lists(st.binary(max_size=300), max_size=4),
    read=st.booleans(),
)
def test_a_body_is_stored_under_its_digest_as_it_was_read(
    first: list[bytes], large: int, last: list[bytes], *, read: bool
) -> None:
    store = MemoryStore()
    pieces = [*first, bytes(large), *last]

    async def through() -> None:
        incoming = await taken(store, pieces)
        if read:
            assert await incoming.body() == b"".join(pieces)
        await incoming.keep()

    asyncio.run(through())
    body = b"".join(pieces)
    assert store.objects == {key_of(body): body}


@pytest.mark.parametrize("size", [STAGED_FROM - 1, STAGED_FROM, STAGED_FROM + 1, 3 * STAGED_FROM])
async def test_where_a_body_waits_makes_no_difference_to_it(size: int, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    body = (ODD * (size // len(ODD) + 1))[:size]
    pieces = [body[at : at + len(ODD)] for at in range(0, size, len(ODD))]
    assert await kept_in(store, [body]) == await kept_in(store, pieces) == body
    assert store.take_stored().objects == 1, "the second time it was there"
    assert store.get(key_of(body)) == body
    assert list((tmp_path / ".incoming").iterdir()) == []


async def test_while_a_body_arrives_little_of_it_is_in_memory(tmp_path: Path) -> None:
    count = 40 * MEGABYTE // len(ODD)
    incoming = StoreIncoming(LocalStore(tmp_path))
    tracemalloc.start()
    for _ in range(count):
        await incoming.write(ODD)
    _, arriving = tracemalloc.get_traced_memory()
    body = await incoming.body()
    await incoming.keep()
    _, stored = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(body) == count * len(ODD)
    assert arriving < 4 * STAGED_FROM
    assert stored < len(body) + 4 * STAGED_FROM, "read back once, for who parses it"


async def test_a_small_body_that_is_there_costs_no_write(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    await kept_in(store, [b"[]"])
    (tmp_path / ".incoming").rmdir()
    await kept_in(store, [b"[]"])
    assert not (tmp_path / ".incoming").exists()


async def test_the_body_is_one_object_however_often_it_is_asked_for(tmp_path: Path) -> None:
    for size in (10, 2 * STAGED_FROM):
        incoming = await taken(LocalStore(tmp_path), [bytes(size)])
        assert await incoming.body() is await incoming.body()
        await incoming.write(b"more")
        assert await incoming.body() == bytes(size) + b"more"
        incoming.drop()


@pytest.mark.parametrize("size", [10, 2 * STAGED_FROM])
async def test_of_a_dropped_body_nothing_is_left(size: int, tmp_path: Path) -> None:
    incoming = await taken(LocalStore(tmp_path), [bytes(size)])
    incoming.drop()
    incoming.drop()
    assert files(tmp_path) == []


async def test_what_was_kept_stays_when_it_is_dropped(tmp_path: Path) -> None:
    incoming = await taken(LocalStore(tmp_path), [bytes(2 * STAGED_FROM), b"tail"])
    await incoming.keep()
    incoming.drop()
    assert len(list(LocalStore(tmp_path).list("raw/"))) == 1


async def test_a_body_found_altered_in_the_store_is_told(tmp_path: Path) -> None:
    store, body = LocalStore(tmp_path), bytes(2 * STAGED_FROM)
    store.put_once(key_of(body), body[:-1] + b"x")
    with pytest.raises(StoreConflictError, match="with other bytes"):
        await kept_in(store, [body])
    assert list((tmp_path / ".incoming").iterdir()) == []


async def test_a_disk_that_gives_back_other_bytes_is_told_before_anything_is_kept(
    tmp_path: Path,
) -> None:
    store = LocalStore(tmp_path)
    incoming = await taken(store, [bytes(2 * STAGED_FROM)])
    (waiting,) = (tmp_path / ".incoming").iterdir()
    with waiting.open("r+b") as file:
        file.write(b"x")
    with pytest.raises(UnavailableError, match="is not what is read back"):
        await incoming.body()
    incoming.drop()
    assert files(tmp_path) == []


async def test_a_store_that_cannot_take_a_large_body_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError, match=r"run the command again\.$"):
        await taken(LocalStore(tmp_path / "file/store"), [bytes(2 * STAGED_FROM)])


class Slow(MemoryStore):
    """Publishes when it is told to; remembers whether that kept the event loop waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.threads: set[str] = set()

    def put_once(self, key: str, data: bytes) -> bool:
        self.threads.add(threading.current_thread().name)
        self.begun.set()
        self.may_end.wait()
        return super().put_once(key, data)


async def test_whoever_goes_away_while_it_is_published_leaves_all_of_it_or_nothing() -> None:
    store = Slow()
    body = bytes(2 * STAGED_FROM)
    incoming = await taken(store, [body])
    keeping = asyncio.create_task(incoming.keep())
    await asyncio.to_thread(store.begun.wait)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    incoming.drop()  # waits for nobody: the event loop has others to serve
    store.may_end.set()
    await asyncio.get_running_loop().shutdown_default_executor()  # its threads have ended then
    assert store.objects == {key_of(body): body}
    assert isinstance(incoming._staged, TemporaryStage)
    assert incoming._staged._file.closed
    assert threading.main_thread().name not in store.threads


async def test_what_was_dropped_is_not_kept(tmp_path: Path) -> None:
    for size in (10, 2 * STAGED_FROM):
        incoming = await taken(LocalStore(tmp_path), [bytes(size)])
        incoming.drop()
        await incoming.keep()
    assert files(tmp_path) == []


async def test_whoever_goes_away_while_a_piece_is_written_leaves_nothing(tmp_path: Path) -> None:
    class Slow(LocalStore):
        begun, may_end = threading.Event(), threading.Event()

        def stage(self) -> LocalStage:
            self.begun.set()
            self.may_end.wait()
            return super().stage()

    store = Slow(tmp_path)
    incoming = StoreIncoming(store)
    writing = asyncio.create_task(incoming.write(bytes(STAGED_FROM)))
    await asyncio.to_thread(store.begun.wait)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    incoming.drop()
    store.may_end.set()
    await asyncio.get_running_loop().shutdown_default_executor()  # its threads have ended then
    assert files(tmp_path) == []


async def test_what_is_dropped_before_a_thread_turns_to_it_stays_dropped(tmp_path: Path) -> None:
    incoming = await taken(LocalStore(tmp_path), [bytes(STAGED_FROM - 1)])
    incoming.drop()
    incoming._append(b"late")
    incoming._publish("raw/late")
    assert incoming._read_back() == b""
    assert files(tmp_path) == []


async def test_files_for_temporary_bodies_are_closed() -> None:
    before = _open_files()
    for turn in range(3):
        incoming = await taken(MemoryStore(), [bytes(2 * STAGED_FROM + turn)])
        assert isinstance(incoming._staged, TemporaryStage)
        assert _open_files() == before + 1
        if turn:
            await incoming.keep()
        else:
            incoming.drop()
    assert _open_files() == before


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
