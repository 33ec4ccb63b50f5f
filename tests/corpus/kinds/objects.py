"""What records stand on: raw pages, verdicts, criteria, rules."""

from collections.abc import Iterator
from pathlib import Path

from app.evidence.canonical import canonical, sha256
from tests.corpus.case import Case, Kind
from tests.corpus.owner import Files, Owner, unzipped
from tests.tampering.containers import packed


def cases(owner: Owner, _: Path) -> Iterator[Case]:
    """Changed without a key, and sealed again by the owner."""
    outside, resealed = Kind("object, no key", owner), Kind("object, sealed again", owner)
    true = unzipped(owner.keys.packed(owner.files))
    record = owner.log[owner.place("record")]
    chosen = {
        "a raw page": f"raw/{record['source'][0]['raw_sha256']}",
        "the verdicts": f"derived/{record['verdicts']['sha256']}.json",
        "the criteria": f"derived/{record['expectations']['sha256']}.json",
        "the rules": f"rules/{record['collector']['rules_sha256']}.zip",
    }
    for what, name in chosen.items():
        kind, ending = name.split("/", maxsplit=1)[0], name.rpartition("/")[2][64:]
        for how, data in _changes(name, true).items():
            yield outside(f"{what} {how}", f"{kind}_changed", packed({**true, name: data}))
            yield resealed(f"{what} {how}", f"{kind}_changed", {**owner.files, name: data})
        gone = {n: d for n, d in true.items() if n != name}
        yield outside(f"{what} missing", f"{kind}_missing", packed(gone))
        rest = {n: d for n, d in owner.files.items() if n != name}
        yield resealed(f"{what} missing", f"{kind}_missing", rest)
        moved = {**rest, f"{kind}/{'0' * 64}{ending}": true[name]}
        yield resealed(f"{what} under another name", f"{kind}_missing", moved)
        stray = f"{kind}/{sha256(b'stray')}{ending}"
        yield resealed(
            f"beside {what}, one of no record", f"{kind}_foreign", {**owner.files, stray: b"stray"}
        )
        odd = {**owner.files, f"{kind}/notes.txt": b"stray"}
        yield resealed(f"beside {what}, a file of another name", f"{kind}_foreign", odd)
    yield from _logged(owner, chosen)


def _changes(name: str, files: Files) -> dict[str, bytes]:
    data = files[name]
    folder = name.split("/", maxsplit=1)[0]
    others = [d for n, d in sorted(files.items()) if n.startswith(f"{folder}/") and d != data]
    other = (others or [files["manifest.json"]])[0]
    return {
        "flipped": bytes([data[0] ^ 1]) + data[1:],
        "empty": b"",
        "longer": data + b"\n",
        "swapped for another": other,
    }


def _logged(owner: Owner, chosen: dict[str, str]) -> Iterator[Case]:
    """Objects that the log itself names, in a form that no two readers read alike."""
    made = Kind("object, logged so", owner)
    seq = owner.place("record")
    for part, name in (
        ("verdicts", chosen["the verdicts"]),
        ("expectations", chosen["the criteria"]),
    ):
        data = owner.files[name]
        for how, form in {
            "with a space": data + b" ",
            "with a number of no end": b"[1e999]",
            "with no number": b"[NaN]",
            "with a key twice": b'{"a":1,"a":2}',
            "that are no JSON": b"pass",
            "that are nothing": b"",
        }.items():
            log = owner.changed(seq, lambda body, p=part, f=form: body[p].update(sha256=sha256(f)))
            files = owner.issued(log=log) | {f"derived/{sha256(form)}.json": form}
            yield made(f"{part} {how}", "derived_malformed", _needed(owner, files, name))


def _needed(owner: Owner, files: Files, name: str) -> Files:
    """Without the object that nobody names any more."""
    digest = name.rpartition("/")[2][:64]
    others = [n for n in owner.shown if n != owner.place("record")]
    if any(digest in canonical(owner.log[n]).decode() for n in others):
        return files
    return {n: d for n, d in files.items() if n != name}
