"""Altered stores of one night: what a hostile hand or owner does to the objects of a run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.evidence.canonical import canonical, parse, sha256
from app.evidence.record import derived_key, entry_key, raw_key, rules_key
from app.evidence.tree.note import format_note, parse_note
from app.services.log.checkpoints import checkpoint_key
from tests.corpus.owner import Owner

Objects = dict[str, bytes]
Form = Callable[[bytes], bytes]


@dataclass(frozen=True, kw_only=True)
class StoreCase:
    """A store, and the code that is told of it."""

    kind: str
    name: str
    objects: Objects
    code: str | None
    """None: accepted."""


FORMS: dict[str, tuple[str, Form]] = {
    "flipped": ("changed", lambda data: bytes([data[0] ^ 1]) + data[1:]),
    "empty": ("changed", lambda _: b""),
    "longer": ("changed", lambda data: data + b"\n"),
    "cut": ("changed", lambda data: data[: len(data) // 2]),
}
ENTRIES: dict[str, tuple[str, Form]] = {
    "with a space": ("record_malformed", lambda d: d.replace(b":", b": ", 1)),
    "with a key twice": ("record_malformed", lambda d: d.replace(b"{", b'{"seq":0,', 1)),
    "with no number": ("record_malformed", lambda d: d.replace(b"{", b'{"0":NaN,', 1)),
    "with a number of no end": ("record_malformed", lambda d: d.replace(b"{", b'{"0":1e999,', 1)),
    "cut": ("record_malformed", lambda d: d[: len(d) // 2]),
    "empty": ("record_malformed", lambda _: b""),
    "of another number": ("record_misplaced", lambda d: canonical({**parse(d), "seq": 1})),
    "changed": ("record_changed", lambda d: canonical({**parse(d), "zz": 1})),
}


def store_cases(owner: Owner) -> Iterator[StoreCase]:
    """Of the night's entries, of what they stand on, and of the log around them."""
    objects = owner.objects
    yield StoreCase(kind="untouched", name="untouched", objects=objects, code=None)
    yield from _objects(owner, objects)
    for kind in ("run_started", "record", "run_completed"):
        key = entry_key(owner.place(kind))
        for what, (code, form) in ENTRIES.items():
            made = {**objects, key: form(objects[key])}
            yield StoreCase(kind="entry", name=f"{kind} {what}", objects=made, code=code)
        gone = {k: d for k, d in objects.items() if k != key}
        yield StoreCase(kind="entry", name=f"{kind} missing", objects=gone, code="record_missing")
        other = {**objects, key: objects[entry_key(1)]}
        yield StoreCase(
            kind="entry", name=f"another entry for {kind}", objects=other, code="record_misplaced"
        )
    yield from _log(owner, objects)


def _objects(owner: Owner, objects: Objects) -> Iterator[StoreCase]:
    record = parse(objects[entry_key(owner.place("record"))])
    for what, key in {
        "raw": raw_key(record["source"][0]["raw_sha256"]),
        "derived": derived_key(record["verdicts"]["sha256"]),
        "expectations": derived_key(record["expectations"]["sha256"]),
        "rules": rules_key(record["collector"]["rules_sha256"]),
    }.items():
        kind = key.split("/", maxsplit=1)[0]
        for how, (wrong, form) in FORMS.items():
            made = {**objects, key: form(objects[key])}
            code = f"{kind}_{wrong}"
            yield StoreCase(kind="object", name=f"{what} {how}", objects=made, code=code)
        gone = {k: d for k, d in objects.items() if k != key}
        yield StoreCase(kind="object", name=f"{what} missing", objects=gone, code=f"{kind}_missing")


def _log(owner: Owner, objects: Objects) -> Iterator[StoreCase]:
    """Of the newest checkpoint and the tiles below it."""
    size = max(int(k[-12:]) for k in objects if k.startswith("checkpoint/") and k[-12:].isdigit())
    key = checkpoint_key(size)
    text, log = parse_note(objects[key]).text, owner.keys.trust.log
    lines = text.split("\n")
    lines[2] = "A" * 43 + "="
    other = "\n".join(lines)
    for what, code, data in (
        ("unsigned", "checkpoint_invalid", text.encode()),
        ("empty", "checkpoint_invalid", b""),
        ("of another root", "root_differs", format_note(other, [log.sign(other)])),
    ):
        made = {**objects, key: data}
        yield StoreCase(kind="checkpoint", name=what, objects=made, code=code)
    tile = max(k for k in objects if k.startswith("tile/0/"))
    flipped = bytes([objects[tile][0] ^ 1]) + objects[tile][1:]
    for what, code, data in (
        ("flipped", "tile_changed", flipped),
        ("cut", "tile_changed", objects[tile][:-32]),
        ("empty", "tile_changed", b""),
    ):
        yield StoreCase(kind="tile", name=what, objects={**objects, tile: data}, code=code)
    gone = {k: d for k, d in objects.items() if k != tile}
    yield StoreCase(kind="tile", name="missing", objects=gone, code="tile_missing")
    strange = {**objects, f"raw/sha256/00/{sha256(b'x')}": b"x"}
    yield StoreCase(
        kind="foreign", name="a page out of place", objects=strange, code="object_foreign"
    )
