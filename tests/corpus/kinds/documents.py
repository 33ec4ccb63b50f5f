"""PDF, tables, assessments, catalogue, criteria, manifest, explanation and verifier."""

from collections.abc import Callable, Iterator
from pathlib import Path

from app.evidence.canonical import canonical, parse
from app.trust.keys.keyring import create_trust
from tests.corpus.case import Case, Kind
from tests.corpus.owner import Body, Keys, Owner, unzipped
from tests.packs.verify.made import blank
from tests.tampering.containers import packed

WHAT = {
    "pack.pdf": "pack",
    "manifest.json": "manifest",
    "catalogue.json": "catalogue",
    "expectations.json": "expectations",
    "assessments.json": "assessments",
    "populations/records.csv": "population",
    "populations/records.xlsx": "population",
    "VERIFY.md": "explanation",
    "verify.py": "verifier",
}
"""What codes call each."""
ADDED = {
    "populations/more.csv": "population_unproved",
    "populations/more.xlsx": "population_unproved",
    "notes.txt": "file_unproved",
    "log.vkey": "file_unproved",
    "root.pem": "file_unproved",
    "pack2.pdf": "file_unproved",
}


def cases(owner: Owner, folder: Path) -> Iterator[Case]:
    """Changed by whoever has no key; sealed again by the owner; drawn so by the owner."""
    yield from _replaced(owner)
    yield from _pdfs(owner, folder)
    yield from _manifests(owner)
    yield from _malformed(owner)


def _replaced(owner: Owner) -> Iterator[Case]:
    outside, resealed = Kind("document, no key", owner), Kind("document, sealed again", owner)
    true = unzipped(owner.keys.packed(owner.files))
    for name, kind in WHAT.items():
        other = owner.another_pack[name]
        for what, data in {
            "flipped": _flipped(true[name]),
            "empty": b"",
            "longer": true[name] + b"\n",
            "of another pack": other,
        }.items():
            unread = name == "manifest.json" and what in {"empty", "flipped"}
            told = "manifest_invalid" if unread else f"{kind}_changed"
            yield outside(f"{name} {what}", told, packed({**true, name: data}))
            code = _first(name, what) or f"{kind}_unproved"
            yield resealed(f"{name} {what}", code, {**owner.files, name: data})
        gone = {n: d for n, d in true.items() if n != name}
        yield outside(f"without {name}", f"{kind}_missing", packed(gone))
        rest = {n: d for n, d in owner.files.items() if n != name}
        yield resealed(f"without {name}", f"{kind}_missing", rest)
    for name, code in ADDED.items():
        yield resealed(f"{name} added", code, {**owner.files, name: b"added"})
    csv, xlsx = "populations/records.csv", "populations/records.xlsx"
    swapped = {**owner.files, csv: owner.files[xlsx], xlsx: owner.files[csv]}
    yield resealed("tables for each other", "population_unproved", swapped)


def _first(name: str, what: str) -> str | None:
    """What is told before that the log names another file."""
    if name == "pack.pdf" and what != "of another pack":
        return {"flipped": "seal_invalid", "empty": "seal_missing", "longer": "pdf_extended"}[what]
    if name == "manifest.json" and what in {"empty", "flipped"}:
        return "manifest_invalid"
    if name == "manifest.json" and what == "of another pack":
        return "manifest_mismatch"
    if name.endswith(".json") and what in {"empty", "longer"}:
        return f"{WHAT[name]}_malformed"
    return None


def _pdfs(owner: Owner, folder: Path) -> Iterator[Case]:
    """PDFs that the log names: whatever the owner drew, it has to be sealed."""
    made = Kind("PDF, drawn so", owner)
    sealed = owner.documents["pack.pdf"]
    thief = Keys(create_trust(folder / "pdf", "other.example/log", owner.keys.clock))
    for what, code, pdf in (
        ("sealed by another", "seal_invalid", owner.pdf(thief)),
        ("never sealed", "seal_missing", blank()),
        ("extended behind its seal", "pdf_extended", sealed + b"\n% more\n"),
        ("with an update behind its seal", "pdf_extended", sealed + _update(sealed)),
        ("with a page changed", "seal_invalid", _flipped(sealed)),
        ("with the digits of its seal gone", "seal_invalid", _digits(sealed)),
        ("with the place of its seal moved", "seal_invalid", _moved(sealed)),
        ("empty", "seal_missing", b""),
        ("that is text", "seal_missing", b"It verifies.\n"),
        ("cut in half", "seal_missing", sealed[: len(sealed) // 2]),
        ("of an empty page, sealed by the owner", None, owner.pdf()),
    ):
        files = owner.issued(documents={**owner.documents, "pack.pdf": pdf})
        yield made(f"a PDF {what}", code, files)
    documents = {n: d for n, d in owner.documents.items() if n != "pack.pdf"}
    yield made("a pack without a PDF", "pack_missing", owner.issued(documents=documents))


def _manifests(owner: Owner) -> Iterator[Case]:
    """Manifests that the log names, and that say otherwise than it does."""
    made = Kind("manifest, drawn so", owner)
    for what, code, change in (
        ("more records", "manifest_mismatch", _say(records=99)),
        ("no records", "manifest_mismatch", _say(records=0)),
        ("records that are no number", "manifest_mismatch", _say(records="all")),
        ("another size of the log", "manifest_mismatch", _say_log(checkpoint_size=3)),
        ("another root of the log", "manifest_mismatch", _say_log(root="0" * 64)),
        ("a log without a root", "manifest_invalid", lambda m: m["log"].pop("root")),
        ("another auditor", None, lambda m: m["engagement"].update(auditor="Nobody")),
    ):
        body = parse(owner.issued()["manifest.json"])
        change(body)
        documents = {**owner.documents, "manifest.json": canonical(body)}
        files = owner.issued(documents=documents, true_manifest=False)
        yield made(f"a manifest of {what}", code, files)


def _malformed(owner: Owner) -> Iterator[Case]:
    made = Kind("document, drawn so", owner)
    for name in ("assessments.json", "catalogue.json", "expectations.json", "manifest.json"):
        kind, data = WHAT[name], owner.issued()[name]
        for what, form in {
            "with spaces": data.replace(b":", b": ", 1),
            "with a key twice": data.replace(b"{", b'{"a":1,"a":2,', 1),
            "with a number of no end": data.replace(b"{", b'{"0":1e999,', 1),
            "with no number": data.replace(b"{", b'{"0":NaN,', 1),
            "with a mark before it": b"\xef\xbb\xbf" + data,
        }.items():
            documents = {**owner.documents, name: form}
            files = owner.issued(documents=documents, true_manifest=False)
            code = f"{kind}_malformed" if b"\xef" not in form[:1] or kind != "manifest" else None
            yield made(f"{name} {what}", code or "manifest_invalid", files)


def _say(**said: object) -> Callable[[Body], object]:
    return lambda manifest: manifest.update(said)


def _say_log(**said: object) -> Callable[[Body], object]:
    return lambda manifest: manifest["log"].update(said)


def _flipped(data: bytes) -> bytes:
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _update(sealed: bytes) -> bytes:
    """An incremental update (ISO 32000-2, section 7.5.6) that changes nothing."""
    start = sealed[sealed.rindex(b"startxref") :].split(b"\n")[1]
    return b"\nxref\n0 0\ntrailer\n<< /Prev " + start + b" >>\nstartxref\n" + start + b"\n%%EOF\n"


def _digits(data: bytes) -> bytes:
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    end = data.index(b">", start)
    return data[:start] + b"0" * (end - start) + data[end:]


def _moved(data: bytes) -> bytes:
    """The gap for the signature begins elsewhere than its digits do."""
    start = data.rindex(b"/ByteRange")
    end = data.index(b"]", start)
    numbers = data[start:end].split(b"[")[1].split()
    wider = [numbers[0], b"%d" % (int(numbers[1]) - 9), *numbers[2:]]
    told = b"/ByteRange [" + b" ".join(wider)
    return data[:start] + told.ljust(end - start) + data[end:]
