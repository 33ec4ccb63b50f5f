"""Walk a whole store and tell what does not hold: nothing in it is believed by itself.

The entries are the source. From them tiles and roots are computed again and compared with what is
stored; signatures are checked with the given key, tokens with the given roots.
"""

from collections.abc import Iterator, Sequence

from cryptography import x509

from app.evidence.canonical import sha256
from app.evidence.record import entry_key
from app.evidence.redaction.salts import Salts
from app.evidence.tree.cosignature import parse_signature_lines
from app.evidence.tree.merkle import leaf_hash
from app.evidence.tree.note import NoteError, VerifierKey, open_checkpoint
from app.evidence.tree.tiles import WIDTH, MissingTileError, TileLog, tile_key
from app.packs.verify.period.whole_log import AWAITED, WholeLog
from app.services.log.checkpoints import (
    CHECKPOINTS,
    StoreTiles,
    checkpoint_key,
    checkpoint_sizes,
    covered,
    found,
    read_tokens,
    token_key,
    token_names,
)
from app.services.log.cosignatures import cosignature_names, verified
from app.services.proof.entries import Finding, NamedObjects, entry_findings, parsed
from app.services.proof.entry_times import EntryClock
from app.services.proof.fault_codes import note_code
from app.services.proof.strays import foreign_objects
from app.services.redaction.sealed_commitments import SealedCommitments
from app.store.base import Store
from app.trust.time.timestamp import verify_timestamp
from app.trust.time.timestamp_token import TimestampRefusedError
from app.trust.time.token_form import refuse_loose_bytes


def verify_log(
    store: Store,
    key: VerifierKey,
    roots: Sequence[x509.Certificate],
    witnesses: Sequence[VerifierKey] = (),
    salts: Salts | None = None,
) -> Iterator[Finding]:
    """Findings about entries, the objects they name, tiles, checkpoints and what vouches for them.

    `roots` are for the tokens of checkpoints, `witnesses` for their cosignatures. Commitments are
    judged by the salts of this home, if it has any.
    """
    sizes = checkpoint_sizes(store)
    commitments = SealedCommitments(store, salts)
    walk = _Walk(store, sizes, commitments)
    yield from walk.findings()
    yield from _stray_tiles(store, walk.tiles)
    yield from _strays(store, walk.size, sizes)
    yield from foreign_objects(store, walk.named.keys)
    for size in sizes:
        yield from _checkpoint(store, size, walk.roots.get(size), key)
        yield from token_findings(store, size, roots)
    for size, names in cosignature_names(store).items():
        yield from _cosignatures(store, size, names, witnesses)
    if walk.size > max(sizes, default=0):
        last = entry_key(walk.size - 1)
        yield Finding(key=last, reason="no checkpoint covers it yet", broken=False)
    if commitments.unknown:
        said = (
            f"the commitments of {commitments.unknown} records were salted with another secret "
            "than trust/salt.key and were not judged"
        )
        yield Finding(key="entry", reason=said, broken=False)


class _Walk:
    """The log computed again from its entries."""

    def __init__(self, store: Store, sizes: Sequence[int], commitments: SealedCommitments) -> None:
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self.tiles: dict[str, bytes] = {}
        self.named = NamedObjects(store, commitments)
        self._store = store
        self._sizes = frozenset(sizes)
        self._end = max(sizes, default=0)
        self._stored = TileLog(StoreTiles(store), self._end)
        self._batch: list[bytes] = []

    def findings(self) -> Iterator[Finding]:
        """Every entry, then the tiles that each checkpoint needs."""
        clock, chains = EntryClock(), WholeLog()
        prev: str | None = None
        while (data := self._entry()) is not None or self.size < self._end:
            key = entry_key(self.size)
            if data is None:
                yield Finding(key=key, reason="the entry is missing", code="record_missing")
            else:
                yield from entry_findings(self.size, data, prev)
                clock.take(key, data)
                yield from self.named.findings(key, data)
                chains.take(key, parsed(data) or {})
            yield from self._leaf(key, data)
            prev = sha256(data) if data is not None else None
            self.size += 1
            if self.size in self._sizes:
                yield from self._compared(self._grow())
                self.roots[self.size] = TileLog(self.tiles, self.size).root()
        self._grow()
        yield from clock.findings()
        for name, reason, code in chains.wrong():
            key = name if name.startswith("entry/") else entry_key(max(0, self.size - 1))
            yield Finding(key=key, reason=reason, code=code, broken=code not in AWAITED)

    def _entry(self) -> bytes | None:
        return found(self._store, entry_key(self.size))

    def _leaf(self, key: str, data: bytes | None) -> Iterator[Finding]:
        """Take the entry's hash, or the tile's where the entry is at fault: one change, named."""
        stored = self._stored_leaf()
        computed = leaf_hash(data) if data is not None else None
        if data is not None and stored is not None and stored != computed:
            vouched = self._vouched(data)
            if not vouched:
                said = "its hash is not the one in the log's tiles"
                yield Finding(key=key, reason=said, code="record_changed")
            if vouched is None:  # nothing follows it: either may be at fault
                said = f"its last hash is not that of {key}"
                yield Finding(key=self._tile(), reason=said, code="tile_changed")
            computed = computed if vouched else stored
        self._batch.append(computed or stored or leaf_hash(b""))

    def _vouched(self, data: bytes) -> bool | None:
        """Does the next entry name this one by its digest? None when there is no next entry."""
        following = found(self._store, entry_key(self.size + 1))
        if following is None:
            return None
        body = parsed(following)
        return body is not None and body.get("prev_sha256") == sha256(data)

    def _tile(self) -> str:
        index = self.size // WIDTH
        return tile_key(0, index, min(WIDTH, self._end - index * WIDTH))

    def _stored_leaf(self) -> bytes | None:
        try:
            return self._stored.leaf(self.size) if self.size < self._end else None
        except MissingTileError:
            return None

    def _grow(self) -> dict[str, bytes]:
        plan = TileLog(self.tiles, self.size - len(self._batch)).append(self._batch)
        self.tiles.update(plan)
        self._batch = []
        return plan

    def _compared(self, plan: dict[str, bytes]) -> Iterator[Finding]:
        for key, expected in plan.items():
            stored = found(self._store, key)
            if stored is None:
                yield Finding(key=key, reason="the tile is missing", code="tile_missing")
            elif stored != expected:
                said = "the tile is not what its entries hash to"
                yield Finding(key=key, reason=said, code="tile_changed")


def _stray_tiles(store: Store, known: dict[str, bytes]) -> Iterator[Finding]:
    """Tiles of no checkpoint: a crash leaves them, and then they fit the entries."""
    widest: dict[str, bytes] = {}
    for key, data in known.items():
        place = key.partition(".p/")[0]
        widest[place] = max(data, widest.get(place, b""), key=len)
    for key in store.list("tile/"):
        if key not in known:
            data = store.get(key)
            whole = widest.get(key.partition(".p/")[0], b"")
            if not data or not whole.startswith(data):
                said = "the tile fits no entries of the log"
                yield Finding(key=key, reason=said, code="tile_foreign")


def _strays(store: Store, size: int, sizes: Sequence[int]) -> Iterator[Finding]:
    """Objects where the log keeps its own that are not of it."""
    entries = {entry_key(seq) for seq in range(size)}
    for key in store.list("entry/"):
        if key not in entries:
            said = "the log does not reach this entry"
            yield Finding(key=key, reason=said, code="record_foreign")
    tokens = token_names(store)
    cosigned = cosignature_names(store)
    own = {*map(checkpoint_key, sizes)}
    own |= {name for kept in (tokens, cosigned) for names in kept.values() for name in names}
    for key in store.list(CHECKPOINTS):
        if key not in own:
            said = "the name is not one of a checkpoint"
            yield Finding(key=key, reason=said, code="object_foreign")
    for known in sizes:
        yield from _unreached(known, tokens.get(known, []))
    for lonely in sorted({*tokens, *cosigned} - {*sizes}):
        reason = "the checkpoint is missing, though its timestamp or cosignature is there"
        yield Finding(key=checkpoint_key(lonely), reason=reason, code="checkpoint_missing")


def _checkpoint(store: Store, size: int, root: bytes | None, key: VerifierKey) -> Iterator[Finding]:
    name = checkpoint_key(size)
    try:
        body = open_checkpoint(store.get(name), key)
    except NoteError as error:
        code = note_code(store.get(name), key)
        yield Finding(key=name, reason=str(error), code=code)
        return
    if body.size != size:
        said = f"it speaks for {body.size} entries"
        yield Finding(key=name, reason=said, code="checkpoint_misplaced")
    elif body.root != root:
        said = "its root is not the root of the entries"
        yield Finding(key=name, reason=said, code="root_differs")


def _unreached(size: int, names: Sequence[str]) -> Iterator[Finding]:
    """Tokens are numbered without a gap: one after a gap tells that another is missing."""
    reached = next(n for n in range(1, len(names) + 2) if token_key(size, n) not in names)
    after = {*names} - {token_key(size, number) for number in range(1, reached)}
    if after:
        missing = token_key(size, reached)
        reason = f"the timestamp is missing, though {min(after)} is there"
        yield Finding(key=missing, reason=reason, code="token_missing")


def token_findings(store: Store, size: int, roots: Sequence[x509.Certificate]) -> Iterator[Finding]:
    """What the tokens of a checkpoint do not hold; that there is none is merely awaited."""
    note = store.get(checkpoint_key(size))
    tokens = read_tokens(store, size, note)
    if not tokens:
        yield Finding(key=token_key(size), reason="no timestamp yet", broken=False)
    for token in tokens:
        try:
            refuse_loose_bytes(token.response, roots)
            verify_timestamp(token.response, covered(note, tokens, token), roots)
        except TimestampRefusedError as error:
            name = checkpoint_key(size) + token.ending
            said = f"the timestamp does not verify: {error}"
            yield Finding(key=name, reason=said, code="token_invalid")


def _cosignatures(
    store: Store, size: int, names: Sequence[str], witnesses: Sequence[VerifierKey]
) -> Iterator[Finding]:
    """Each is a line of a known witness that verifies; that of a stranger is merely told."""
    note = found(store, checkpoint_key(size))
    for name in sorted(names) if note is not None else ():
        try:
            (line,) = parse_signature_lines(store.get(name))
        except ValueError as error:  # NoteErrors, and none or several lines
            said = f"it is no signature line: {error}"
            yield Finding(key=name, reason=said, code="cosignature_invalid")
            continue
        known = [one for one in witnesses if (one.name, one.key_id) == (line.name, line.key_id)]
        if not known:
            said = f"the witness {line.name} is not configured, and this not verified"
            yield Finding(key=name, reason=said, broken=False)
        elif note is not None and not any(verified(note, [line], known)):
            said = f"the cosignature by {line.name} does not verify"
            yield Finding(key=name, reason=said, code="cosignature_invalid")
