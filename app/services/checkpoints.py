"""Checkpoints as a store holds them: signed notes and the tokens that date them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import NotFoundError, RefusedError
from app.evidence.note import NoteError, open_checkpoint
from app.store.base import Store
from app.trust.keys import NoteSigner

CHECKPOINTS = "checkpoint/"
_NAME = re.compile(rf"{CHECKPOINTS}([0-9]{{12}})(\.tsr)?")
_TOKEN = ".tsr"  # noqa: S105 - a file name's end


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """A signed tree head, and the token that dates it."""

    size: int
    root: bytes
    note: bytes
    """C2SP signed note, byte for byte as stored."""
    timestamp: bytes | None = None
    """RFC 3161 response over `note`; None while a time authority is awaited."""
    awaiting: str = ""
    """Why there is no token yet; empty when there is one or none was asked for."""


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


def token_key(size: int) -> str:
    """Store key of the RFC 3161 response over the checkpoint of this size."""
    return checkpoint_key(size) + _TOKEN


def checkpoint_sizes(store: Store) -> list[int]:
    """Sizes that have a checkpoint, ascending."""
    return [int(found[1]) for found in _checkpoint_objects(store) if not found[2]]


def token_sizes(store: Store) -> list[int]:
    """Sizes whose checkpoint has a token, ascending."""
    return [int(found[1]) for found in _checkpoint_objects(store) if found[2]]


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
    timestamp = found(store, token_key(size))
    return Checkpoint(size=size, root=body.root, note=note, timestamp=timestamp)


def found(store: Store, key: str) -> bytes | None:
    """An object's bytes, or None."""
    try:
        return store.get(key)
    except NotFoundError:
        return None
