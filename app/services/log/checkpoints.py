"""Checkpoints as a store holds them: signed notes and the tokens that date them."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.errors import NotFoundError, RefusedError
from app.evidence.tree.note import NoteError, open_checkpoint
from app.store.base import Store
from app.trust.keys.keyring import NoteSigner
from app.trust.time.timestamp_token import imprint

CHECKPOINTS = "checkpoint/"
_NAME = re.compile(rf"{CHECKPOINTS}([0-9]{{12}})((\.([2-9]|[1-9][0-9]+))?\.tsr)?")
_TOKEN = ".tsr"  # noqa: S105 - a file name's end


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """One RFC 3161 response that dates a checkpoint."""

    number: int
    """From 1, in the order in which they were stored."""
    response: bytes
    renewal: bool = False
    """True: it covers the tokens before it too, so that they outlive their certificates."""

    @property
    def ending(self) -> str:
        """What its name adds to the checkpoint's."""
        return _ending(self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """A signed tree head, and the token that dates it."""

    size: int
    root: bytes
    note: bytes
    """C2SP signed note, byte for byte as stored."""
    tokens: tuple[Token, ...] = ()
    """What dates it; empty while a time authority is awaited."""
    awaiting: str = ""
    """Why a token is missing that was asked for; empty when none is."""

    @property
    def timestamp(self) -> bytes | None:
        """The first RFC 3161 response over `note`; None while a time authority is awaited."""
        return self.tokens[0].response if self.tokens else None

    def dated_by(self, token: Token) -> bytes:
        """The bytes that this token is over."""
        return covered(self.note, self.tokens, token)


class StoreTiles:
    """Tiles as a store holds them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: str) -> bytes | None:
        """All bytes, or None."""
        return found(self._store, key)


def checkpoint_key(size: int) -> str:
    """Store key of the checkpoint of this size."""
    return f"{CHECKPOINTS}{size:012d}"


def token_key(size: int, number: int = 1) -> str:
    """Store key of an RFC 3161 response that dates the checkpoint of this size."""
    return checkpoint_key(size) + _ending(number)


def covered(note: bytes, tokens: Sequence[Token], token: Token) -> bytes:
    """What a token is over: the note, and for a renewal every token before it, in their order.

    By hand: `cat 000000000012 000000000012.tsr | openssl ts -verify -data /dev/stdin …`.
    """
    if not token.renewal:
        return note
    return note + b"".join(each.response for each in tokens if each.number < token.number)


def checkpoint_sizes(store: Store) -> list[int]:
    """Sizes that have a checkpoint, ascending."""
    return [int(found[1]) for found in _checkpoint_objects(store) if not found[2]]


def token_names(store: Store) -> dict[int, list[str]]:
    """Store keys of the tokens by size, as listed."""
    names: dict[int, list[str]] = {}
    for match in _checkpoint_objects(store):
        if match[2]:
            names.setdefault(int(match[1]), []).append(match[0])
    return names


def read_tokens(store: Store, size: int, note: bytes) -> tuple[Token, ...]:
    """Tokens over a checkpoint's note in their order, up to the first number that is free."""
    tokens: list[Token] = []
    while (response := found(store, token_key(size, len(tokens) + 1))) is not None:
        tokens.append(made_token(note, tokens, response))
    return tuple(tokens)


def made_token(note: bytes, before: Sequence[Token], response: bytes) -> Token:
    """The next token. Its own imprint says whether it renews those before it."""
    everything = note + b"".join(token.response for token in before)
    renewal = bool(before) and imprint(response) == hashlib.sha256(everything).digest()
    return Token(number=len(before) + 1, response=response, renewal=renewal)


def _ending(number: int) -> str:
    return (f".{number}" if number > 1 else "") + _TOKEN


def _checkpoint_objects(store: Store) -> Iterator[re.Match[str]]:
    matches = (_NAME.fullmatch(key) for key in store.list(CHECKPOINTS))
    return (match for match in matches if match)


def latest_checkpoint(store: Store, signer: NoteSigner) -> Checkpoint | None:
    """The last checkpoint, verified; None in a new store. Raises RefusedError."""
    sizes = checkpoint_sizes(store)
    return read_checkpoint(store, signer, sizes[-1]) if sizes else None


def read_checkpoint(store: Store, signer: NoteSigner, size: int) -> Checkpoint:
    """A stored checkpoint, once the log's key has verified it.

    Raises NotFoundError, RefusedError when the key does not verify it.
    """
    note = store.get(checkpoint_key(size))
    try:
        body = open_checkpoint(note, signer.key)
    except NoteError as error:
        raise RefusedError(
            f"checkpoint {size} of this store is not verified by this log's key: {error}; "
            "use the trust folder that belongs to the store"
        ) from error
    if body.size != size:
        raise RefusedError(f"checkpoint {size} of this store speaks for {body.size} entries")
    return Checkpoint(size=size, root=body.root, note=note, tokens=read_tokens(store, size, note))


def found(store: Store, key: str) -> bytes | None:
    """An object's bytes, or None."""
    try:
        return store.get(key)
    except NotFoundError:
        return None
