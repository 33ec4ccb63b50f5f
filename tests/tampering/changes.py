"""One change at a time: what a hostile hand does to the objects of a store or a bundle."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

Objects = dict[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change, and the objects that must be named for it."""

    what: str
    named: frozenset[str]
    """All of them must be named."""
    apply: Callable[[Objects], None]


def changed(objects: Mapping[str, bytes], change: Change) -> Objects:
    """A copy with this change."""
    copy = dict(objects)
    change.apply(copy)
    assert copy != objects, change.what
    return copy


def changes_of(
    kind: str,
    keys: list[str],
    objects: Mapping[str, bytes],
    dice: random.Random,
    flips: int = 6,
    at_most: int = 3,
) -> Iterator[Change]:
    """Every operation on a sample of the objects of one kind."""
    for key in _sample(keys, dice)[:at_most]:
        yield from _bytes(kind, key, objects[key], dice, flips)
        yield _change(f"{kind}: delete {key}", key, partial(_delete, key))
    if len(keys) > 1:
        yield _swap(kind, keys, objects, dice)
        yield _duplicate(kind, keys, objects, dice)


def _bytes(kind: str, key: str, data: bytes, dice: random.Random, flips: int) -> Iterator[Change]:
    places = {0, len(data) - 1, *(dice.randrange(len(data)) for _ in range(flips))}
    for place in sorted(places):
        bit = 1 << dice.randrange(8)
        flipped = bytes(b ^ bit if at == place else b for at, b in enumerate(data))
        yield _set(f"{kind}: flip bit {bit} of byte {place} of {key}", key, flipped)
    for cut in sorted({0, 1, len(data) // 2, len(data) - 1} - {len(data)}):
        yield _set(f"{kind}: truncate {key} to {cut} bytes", key, data[:cut])
    for more in (b"\0", b"\n", data):
        yield _set(f"{kind}: append {len(more)} bytes to {key}", key, data + more)


def _swap(kind: str, keys: list[str], objects: Mapping[str, bytes], dice: random.Random) -> Change:
    one = dice.choice(keys)
    other = dice.choice([key for key in keys if objects[key] != objects[one]])

    def apply(found: Objects) -> None:
        found[one], found[other] = found[other], found[one]

    return Change(
        what=f"{kind}: swap {one} and {other}", named=frozenset({one, other}), apply=apply
    )


def _duplicate(
    kind: str, keys: list[str], objects: Mapping[str, bytes], dice: random.Random
) -> Change:
    """One object's bytes in the place of another of its kind."""
    one = dice.choice(keys)
    other = dice.choice([key for key in keys if objects[key] != objects[one]])
    return _set(f"{kind}: {one} again in the place of {other}", other, objects[one])


def _set(what: str, key: str, data: bytes) -> Change:
    return _change(what, key, lambda objects: objects.update({key: data}))


def _change(what: str, key: str, apply: Callable[[Objects], object]) -> Change:
    def run(objects: Objects) -> None:
        apply(objects)

    return Change(what=what, named=frozenset({key}), apply=run)


def _delete(key: str, objects: Objects) -> None:
    del objects[key]


def _sample(keys: list[str], dice: random.Random) -> list[str]:
    """The first, the last and one between."""
    return sorted({keys[0], keys[-1], dice.choice(keys)})
