"""The evidence log: entries appended one by one, sealed by signed and timestamped checkpoints.

Order of writes: entries, tiles, checkpoint, token. All are write-once, so a crash anywhere leaves
a store that the next `open` and `seal` go on from.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.errors import (
    NotFoundError,
    RefusedError,
    StoreConflictError,
    VerificationFailedError,
    WriterBusyError,
)
from app.evidence.canonical import sha256
from app.evidence.chain import Link
from app.evidence.record import EntryPlace, Event, entry_key
from app.evidence.tree.merkle import leaf_hash
from app.evidence.tree.note import CheckpointBody, format_note
from app.evidence.tree.proof import format_proof
from app.evidence.tree.tiles import MissingTileError, PlannedTiles, TileLog
from app.services.log.chains import Chains
from app.services.log.checkpoints import (
    Checkpoint,
    StoreTiles,
    checkpoint_key,
    found,
    latest_checkpoint,
    read_checkpoint,
)
from app.services.log.rollback import RememberedHead, refuse_rolled_back, unremembered
from app.services.log.stamps import completed
from app.store.base import Store
from app.trust.keys.keyring import NoteSigner
from app.trust.time.timestamp import TimeAuthority


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedEntry:
    """An entry that is durable in the log."""

    seq: int
    sha256: str


class EvidenceLog:
    """One writer's view of the log in a store. Safe for several threads."""

    def __init__(
        self,
        store: Store,
        signer: NoteSigner,
        last: Checkpoint | None,
        head: RememberedHead | None = None,
        known: CheckpointBody | None = None,
    ) -> None:
        self._store = store
        self._head, self._known = head, known
        """What is remembered of the log; `_known` is None once the log was found to continue it."""
        self._unremembered = head is not None and known is None and last is not None
        """A store that may be an older copy: it is read, and not written to."""
        self._signer = signer
        self._last = last
        self._tail: list[bytes] = []
        """Leaf hashes of the entries after the last checkpoint."""
        self._prev: str | None = None
        self._chains = Chains(lambda seq: found(store, entry_key(seq)))
        self._doubtful = False
        """True when a write failed: the entry may be there or not."""
        self._cached: TileLog | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls, store: Store, signer: NoteSigner, head: RememberedHead | None = None
    ) -> "EvidenceLog":
        """Find the last checkpoint and the entries after it.

        Append only inside `store.writer(…)`; nothing is written to a log that does not continue
        its remembered `head`, or that this remembers nothing of. Raises RefusedError when the log
        of this store is signed by another key.
        """
        known = head.newest() if head is not None else None  # before the store: it only grows
        last = latest_checkpoint(store, signer)
        log = cls(store, signer, last, head, known)
        if last is not None and last.size:
            log._prev = sha256(store.get(entry_key(last.size - 1)))
        log._catch_up()
        return log

    @property
    def size(self) -> int:
        """Entries in the log, sealed or not."""
        return self.sealed_size + len(self._tail)

    @property
    def sealed_size(self) -> int:
        """Entries that the last checkpoint covers."""
        return self._last.size if self._last else 0

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The last checkpoint."""
        return self._last

    def schedule_told(self, connection_id: str) -> bool:
        """Whether the chain of a connection tells its schedule: not where an older Annexa began it.

        For whoever holds the writer's lock.
        """
        with self._lock:
            return self._chains.schedule_told(connection_id, self.size)

    def append(self, build: Callable[[EntryPlace], bytes]) -> SealedEntry:
        """Write the next entry. Durable once it returns.

        After UnavailableError the same append may be tried again: equal bytes are not doubled.
        Raises WriterBusyError when another writer took the place, VerificationFailedError when
        the log was rolled back.
        """
        with self._lock:
            self._need_writable()
            doubted = self._doubtful
            try:
                return self._append(build)
            except StoreConflictError as error:
                self._doubtful = False
                if not doubted:
                    raise WriterBusyError(
                        f"entry {self.size} was written by another annexa; stop one of the two"
                    ) from error
            self._catch_up()  # the place was taken by our own earlier write, which had failed
            return self._append(build)

    def seal(self, now: Callable[[], datetime], authorities: Sequence[TimeAuthority]) -> Checkpoint:
        """Cover all entries by a signed, timestamped checkpoint. Safe to repeat at any time.

        When no time authority answers, the checkpoint awaits its token: the next `seal` and each
        tick ask again. Raises RefusedError for an empty log, VerificationFailedError when the
        tiles no longer give the last checkpoint's root or the log was rolled back.
        """
        with self._lock:
            self._need_writable()
            if self._doubtful:
                self._catch_up()
            if self._last is None or self._tail:
                self._last, self._tail = self._signed(), []
            if self._head is not None:
                self._head.keep(self._last.note)
            self._last = completed(self._store, self._last, now, authorities)
            return self._last

    def need_continued(self) -> None:
        """Raise VerificationFailedError when the log does not continue what is known of it."""
        with self._lock:
            self._need_continued()

    def need_writable(self) -> None:
        """The same, and RefusedError when nothing is known of it that could be continued."""
        with self._lock:
            self._need_writable()

    def proof(self, seq: int, size: int | None = None) -> str:
        """C2SP tlog-proof of an entry, by the last checkpoint or the one of `size`.

        Raises NotFoundError for an entry that no such checkpoint covers.
        """
        checkpoint = self._checkpoint_of(size)
        if not 0 <= seq < checkpoint.size:
            raise NotFoundError(f"entry {seq} is not covered by checkpoint {checkpoint.size}")
        hashes = self._tiles(checkpoint.size).inclusion(seq)
        return format_proof(seq, hashes, checkpoint.note)

    def leaf_tiles(self, size: int) -> Iterator[tuple[str, bytes]]:
        """Key and bytes of each tile of level 0 of the checkpoint of `size` (C2SP tlog-tiles)."""
        return self._tiles(size).leaf_tiles()

    def consistency(self, old_size: int, new_size: int) -> list[bytes]:
        """Proof that the tree of `old_size` is a prefix of the checkpoint of `new_size`."""
        return self._tiles(new_size).consistency(old_size)

    def entries(self, first: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
        """(seq, canonical bytes) of the entries from `first` up to but not including `end`."""
        for seq in range(first, self.size if end is None else end):
            yield seq, self._store.get(entry_key(seq))

    def _need_continued(self) -> None:
        if self._known is not None:
            refuse_rolled_back(self._store, self._known, self._last)
        self._known = None

    def _need_writable(self) -> None:
        self._need_continued()
        if self._unremembered:
            raise unremembered(self.sealed_size)

    def _append(self, build: Callable[[EntryPlace], bytes]) -> SealedEntry:
        place = EntryPlace(seq=self.size, prev_sha256=self._prev, link=self._link)
        data = build(place)
        self._doubtful = True  # until the store has answered
        self._store.put_once(entry_key(place.seq), data)
        self._doubtful = False
        self._take(data)
        return SealedEntry(seq=place.seq, sha256=sha256(data))

    def _link(self, event: Event) -> Link:
        return self._chains.link(event.chain, self.size, begins=event.begins)

    def _take(self, data: bytes) -> None:
        self._chains.take(self.size, data)
        self._tail.append(leaf_hash(data))
        self._prev = sha256(data)

    def _catch_up(self) -> None:
        while (data := found(self._store, entry_key(self.size))) is not None:
            self._take(data)
        self._doubtful = False

    def _signed(self) -> Checkpoint:
        if not self._tail:
            raise RefusedError("the log has no entries to seal yet")
        plan = self._trusted_tiles().append(self._tail)
        root = TileLog(PlannedTiles(plan, StoreTiles(self._store)), self.size).root()
        for key, data in plan.items():
            self._store.put_once(key, data)
        body = CheckpointBody(origin=self._signer.key.name, size=self.size, root=root)
        note = format_note(body.text(), [self._signer.sign(body.text())])
        self._store.put_once(checkpoint_key(body.size), note)
        return Checkpoint(size=body.size, root=root, note=note)

    def _trusted_tiles(self) -> TileLog:
        """Tiles of the last checkpoint, which must give its root: nothing is built on damage."""
        tiles = TileLog(StoreTiles(self._store), self.sealed_size)  # from the store, not a cache
        if self._last is None:
            return tiles
        try:
            intact = tiles.root() == self._last.root
        except MissingTileError as error:
            raise VerificationFailedError(f"{error}; see what else is: annexa verify") from error
        if not intact:
            raise VerificationFailedError(
                f"the tiles do not give the root of checkpoint {self._last.size}; "
                "see what changed with: annexa verify"
            )
        return tiles

    def _checkpoint_of(self, size: int | None) -> Checkpoint:
        if self._last is None:
            raise NotFoundError("the log has no checkpoint yet")
        if size in {None, self._last.size}:
            return self._last
        return read_checkpoint(self._store, self._signer, size or 0)

    def _tiles(self, size: int) -> TileLog:
        """Tiles at a size; the last asked for stay cached, since proofs come in numbers."""
        log = self._cached
        if log is None or log.size != size:
            log = self._cached = TileLog(StoreTiles(self._store), size)
        return log
