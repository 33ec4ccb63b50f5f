"""Cosignatures as a store holds them: one signature line an object, beside its checkpoint."""

import re
from collections.abc import Iterable, Iterator, Sequence

from app.errors import StoreConflictError
from app.evidence.tree.cosignature import (
    Cosignature,
    parse_signature_lines,
    signature_lines,
    verify_cosignature,
    with_signatures,
)
from app.evidence.tree.note import NoteError, NoteSignature, VerifierKey, parse_note
from app.services.log.checkpoints import CHECKPOINTS, checkpoint_key, found
from app.store.base import Store

_NAME = re.compile(rf"{CHECKPOINTS}([0-9]{{12}})\.cosig\.([1-9][0-9]{{0,3}})")


def cosignature_key(size: int, number: int) -> str:
    """Store key of a cosignature of the checkpoint of this size; numbers begin with 1."""
    return f"{checkpoint_key(size)}.cosig.{number}"


def cosignature_names(store: Store) -> dict[int, list[str]]:
    """Store keys of the cosignatures by size, as listed."""
    names: dict[int, list[str]] = {}
    for key in store.list(CHECKPOINTS):
        match = _NAME.fullmatch(key)
        if match:
            names.setdefault(int(match[1]), []).append(key)
    return names


def read_cosignatures(store: Store, size: int) -> tuple[NoteSignature, ...]:
    """Those of one checkpoint in their order, up to the first number that is free.

    What is no signature line is passed over: verification names it.
    """
    lines: list[NoteSignature] = []
    number = 1
    while (data := found(store, cosignature_key(size, number))) is not None:
        lines += _parsed(data)
        number += 1
    return tuple(lines)


def keep_cosignature(store: Store, size: int, signature: NoteSignature) -> None:
    """Keep one, unless one by the same key is there. Verify it first."""
    number = 1
    while True:
        data = found(store, cosignature_key(size, number))
        if data is None:
            try:
                store.put_once(cosignature_key(size, number), signature_lines([signature]))
            except StoreConflictError:  # another process was first with its own
                continue
            return
        if any(_is_by(signature, one) for one in _parsed(data)):
            return
        number += 1


def verified(
    note: bytes, signatures: Iterable[NoteSignature], keys: Sequence[VerifierKey]
) -> Iterator[Cosignature]:
    """What the witnesses of these keys say of a checkpoint; what does not verify says nothing."""
    text = parse_note(note).text
    for one in signatures:
        for key in keys:
            if (one.name, one.key_id) == (key.name, key.key_id):
                try:
                    yield verify_cosignature(text, one, key)
                except NoteError:
                    continue


def cosigned_note(store: Store, size: int) -> bytes | None:
    """A checkpoint as its log signed it, with its cosignatures below; None while it has none."""
    signatures = read_cosignatures(store, size)
    if not signatures:
        return None
    return with_signatures(store.get(checkpoint_key(size)), signatures)


def _parsed(data: bytes) -> tuple[NoteSignature, ...]:
    try:
        return parse_signature_lines(data)
    except NoteError:
        return ()


def _is_by(one: NoteSignature, other: NoteSignature) -> bool:
    return (one.name, one.key_id) == (other.name, other.key_id)
