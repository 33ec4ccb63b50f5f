"""The log: proofs, tiles, checkpoints and what others say of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from app.evidence.tree.note import FormerKey, NoteSignature, format_note, parse_note, parse_vkey
from app.services.proof.whole_store import Demands
from app.trust.keys.keyring import create_trust
from tests.corpus.case import Asked, Case, Kind
from tests.corpus.owner import Files, Keys, Owner

NOTE, EVIDENCE = "checkpoint/checkpoint", "checkpoint/evidence"
Text = Callable[[str], str]


def cases(owner: Owner, folder: Path) -> Iterator[Case]:
    """All of them sealed again by the owner."""
    yield from _proofs(owner)
    yield from _tiles(owner)
    yield from _checkpoints(owner, folder)
    yield from _periods(owner)


def _hash_line(text: str) -> int:
    """Place of the first hash of a proof."""
    return text.index("\n", text.index("index ")) + 1


PROOFS: dict[str, tuple[str, Text]] = {
    "another index": ("proof_invalid", lambda t: t.replace("index ", "index 1", 1)),
    "an index beyond the log": ("proof_invalid", lambda t: t.replace("index ", "index 99", 1)),
    "an index with a nought": ("record_invalid", lambda t: t.replace("index ", "index 0", 1)),
    "a hash less": (
        "proof_invalid",
        lambda t: t[: _hash_line(t)] + t[t.index("\n", _hash_line(t)) + 1 :],
    ),
    "a hash more": (
        "proof_invalid",
        lambda t: t[: _hash_line(t)] + "A" * 43 + "=\n" + t[_hash_line(t) :],
    ),
    "a hash changed": (
        "proof_invalid",
        lambda t: t[: _hash_line(t)] + "A" * 8 + t[_hash_line(t) + 8 :],
    ),
    "a hash that is none": (
        "record_invalid",
        lambda t: t[: _hash_line(t)] + "#" + t[_hash_line(t) + 1 :],
    ),
    "another head": ("record_invalid", lambda t: t.replace("@v1", "@v2", 1)),
    "the checkpoint of before": ("proof_foreign", lambda t: t),
    "no checkpoint": ("proof_foreign", lambda t: t.partition("\n\n")[0] + "\n\n"),
    "a line more below": ("proof_foreign", lambda t: t + "\n"),
    "lines of another system": ("record_invalid", lambda t: t.replace("\n", "\r\n")),
    "nothing": ("record_invalid", lambda _: ""),
}


def _proofs(owner: Owner) -> Iterator[Case]:
    made = Kind("proof", owner)
    name = owner.proof("record")
    text = owner.files[name].decode()
    before = owner.files[EVIDENCE].decode()
    for what, (code, change) in PROOFS.items():
        changed = change(text)
        if what == "the checkpoint of before":
            changed = text.partition("\n\n")[0] + "\n\n" + before
        yield made(what, code, {**owner.files, name: changed.encode()})
    rest = {n: d for n, d in owner.files.items() if n != name}
    yield made("missing", "proof_missing", rest)
    alone = {**owner.files, "proofs/000000999999.tlog-proof": owner.files[name]}
    yield made("of no entry", "record_missing", alone)
    yield made("of bytes that are no text", "record_invalid", {**owner.files, name: b"\xff\xfe"})


def _tiles(owner: Owner) -> Iterator[Case]:
    made, files = Kind("tile", owner), owner.files
    names = sorted(n for n in files if n.startswith("tile/"))
    name = names[-1]
    data = files[name]
    for what, code, tile in (
        ("flipped", "tile_changed", bytes([data[0] ^ 1]) + data[1:]),
        ("a hash less", "tile_invalid", data[:-32]),
        ("a byte less", "tile_invalid", data[:-1]),
        ("a hash more", "tile_invalid", data + bytes(32)),
        ("two hashes for each other", "tile_changed", data[32:64] + data[:32] + data[64:]),
        ("nothing", "tile_invalid", b""),
    ):
        yield made(what, code, {**files, name: tile})
    rest = {n: d for n, d in files.items() if n not in names}
    yield made("missing, all of them", "consistency_unproved", rest)
    yield made(
        "of another width too",
        "tile_foreign",
        {**files, f"{name.partition('.p/')[0]}.p/3": data[:96]},
    )
    yield made("of another level", "tile_foreign", {**files, "tile/1/000": bytes(32)})
    yield made("of another number", "tile_foreign", {**files, "tile/0/999": bytes(8192)})
    moved = {**rest, **{n: files[n] for n in names[:-1]}, "tile/0/000.p/2": data[:64]}
    yield made("under another name", "tile_missing", moved)


def _signed(text: str, *signatures: NoteSignature) -> bytes:
    return format_note(text, [*signatures])


def _checkpoints(owner: Owner, folder: Path) -> Iterator[Case]:
    made, files, keys = Kind("checkpoint", owner), owner.files, owner.keys
    note = files[NOTE]
    text, log = parse_note(note).text, keys.trust.log
    thief = create_trust(folder / "checkpoint-thief", keys.trust.origin, keys.clock)
    other = create_trust(folder / "checkpoint-other", "other.example/log", keys.clock)
    forged = NoteSignature(
        name=log.key.name, key_id=log.key.key_id, signature=thief.log.sign(text).signature
    )
    size = int(text.split("\n")[1])
    larger = text.replace(f"\n{size}\n", f"\n{size + 1}\n")
    for what, code, data in (
        (
            "signed by a key of the same name",
            "checkpoint_foreign",
            _signed(text, thief.log.sign(text)),
        ),
        ("with a signature that only says so", "checkpoint_invalid", _signed(text, forged)),
        (
            "of another log",
            "checkpoint_foreign",
            _signed(
                text.replace(keys.trust.origin, "other.example/log"),
                other.log.sign(text.replace(keys.trust.origin, "other.example/log")),
            ),
        ),
        (
            "of another log, by the log's key",
            "checkpoint_foreign",
            _signed(f"x{text}", log.sign(f"x{text}")),
        ),
        ("unsigned", "checkpoint_invalid", text.encode()),
        ("with no signature line", "checkpoint_invalid", text.encode() + b"\n"),
        ("of a larger log", "tile_missing", _signed(larger, log.sign(larger))),
        ("of another root", "tile_changed", _root(text, owner)),
        ("of a size that is none", "checkpoint_invalid", _sized(text, owner, "many")),
        ("of a size with a nought", "checkpoint_invalid", _sized(text, owner, f"0{size}")),
        ("of no text", "checkpoint_invalid", b"\xff" + note),
        ("that is empty", "checkpoint_invalid", b""),
        ("of the time of the evidence", "tile_missing", files[EVIDENCE]),
        ("with the end of its last line gone", "checkpoint_invalid", note[:-1]),
    ):
        yield made(f"a checkpoint {what}", code, _dated(owner, {NOTE: data}))
        if what != "of the time of the evidence":
            told = {"tile_missing": "checkpoint_newer", "tile_changed": "consistency_broken"}
            yield made(
                f"beside it, one {what}", told.get(code, code), _dated(owner, {EVIDENCE: data})
            )
    yield made("no checkpoint", "checkpoint_missing", {n: d for n, d in files.items() if n != NOTE})
    yield made(
        "no checkpoint of the evidence",
        "token_added",
        {n: d for n, d in files.items() if n != EVIDENCE},
    )
    for name in (f"{NOTE}.tsr", f"{EVIDENCE}.tsr"):
        yield made(f"no {name}", "token_missing", {n: d for n, d in files.items() if n != name})
    for name in ("checkpoint/other", "checkpoint/checkpoint.txt", "checkpoint/checkpoint.01.tsr"):
        code = "token_added" if name.endswith(".tsr") else "checkpoint_added"
        yield made(f"a file {name}", code, {**files, name: note})


def _dated(owner: Owner, notes: Files) -> Files:
    """Checkpoints with new tokens over them, where anybody can date such a thing."""
    made = {**owner.files, **notes}
    for name, data in notes.items():
        made[f"{name}.tsr"] = _response(owner.keys, data)
    return made


def _response(keys: Keys, data: bytes) -> bytes:
    from tests.tampering.forgeries import response_over

    return response_over(data, keys.trust, keys.clock)


def _root(text: str, owner: Owner) -> bytes:
    lines = text.split("\n")
    lines[2] = "A" * 43 + "="
    changed = "\n".join(lines)
    return _signed(changed, owner.keys.trust.log.sign(changed))


def _sized(text: str, owner: Owner, size: str) -> bytes:
    lines = text.split("\n")
    lines[1] = size
    changed = "\n".join(lines)
    return _signed(changed, owner.keys.trust.log.sign(changed))


def _periods(owner: Owner) -> Iterator[Case]:
    """What an auditor asks of the period, of the log before, and of its keys."""
    made, files = Kind("asked", owner), owner.files
    detail = owner.log[-1]["detail"]
    first, last = detail["first"], detail["last"]

    def period(text: str) -> Asked:
        return Asked(demands=Demands(period=text))

    before = date.fromisoformat(last) - timedelta(days=2)  # later nights may be waited for
    yield made("the period of the pack", None, files, period(f"{first}..{before}"))
    yield made("a part of it", None, files, period(f"{before}..{before}"))
    yield made("what is to come", "period_unproved", files, period(f"{first}..2199-12-31"))
    yield made("a day before it", "period_not_covered", files, period(f"2020-01-01..{last}"))
    yield made("a period turned round", "period_malformed", files, period(f"{last}..{first}"))
    yield made("no period", "period_malformed", files, period("always"))
    yield made("days that are none", "period_malformed", files, period("2026-02-30..2026-03-01"))
    key = parse_vkey(owner.keys.trust.vkey)
    new = parse_vkey(create_vkey(owner))
    size = len(owner.log)
    for what, code, until in (
        ("a key since changed", None, size),
        ("a key changed before", "checkpoint_foreign", 3),
    ):
        former = replace(new, former=(FormerKey(key=key, until=until),))
        text = f"{former}\n{key} {until}"
        yield made(what, code, files, Asked(vkeys=text))
    yield made("another key alone", "checkpoint_foreign", files, Asked(vkeys=str(new)))


def create_vkey(owner: Owner) -> str:
    """The vkey of another key of the same log."""
    from app.evidence.tree.note import verifier_key

    return str(verifier_key(owner.keys.trust.origin, bytes(range(32))))
