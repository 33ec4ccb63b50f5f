"""A hostile owner: whoever holds every key of an organisation, and seals what they like."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from app.evidence.canonical import canonical, parse, sha256
from app.evidence.record import EntryPlace, entry_key
from app.packs.sealed.bundle import write_bundle
from app.services.log.evidence_log import EvidenceLog
from app.trust.keys.keyring import Trust
from app.trust.seals.pades import seal_pdf
from app.trust.seals.seal import seal
from app.trust.time.timestamp import DevelopmentAuthority, TimeAuthority, stamp
from tests.packs.verify.made import blank
from tests.tampering.memory import MemoryStore

Files = dict[str, bytes]
Body = dict[str, Any]
Entry = Body | Callable[[EntryPlace], bytes]
"""A body is put in its place of the log; else what is made for that place is sealed."""
DRAWN = "pack_drawn"
OF_LOG = ("checkpoint/", "entries/", "proofs/", "tile/")
OBJECTS = ("derived/", "raw/", "rules/")
KEPT = ("populations/records.csv", "populations/records.xlsx")
"""The tables of a small bundle."""


def unzipped(data: bytes) -> Files:
    """Files by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def payload(files: Files) -> Files:
    """What the owner chose: without what the container adds."""
    added = {"mimetype", "sha256sums.txt"}
    return {n: d for n, d in files.items() if n not in added and not n.startswith("META-INF/")}


@dataclass(frozen=True)
class Keys:
    """The seal's and the log's key, time authorities, and the clock they are used by."""

    trust: Trust
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    authorities: tuple[TimeAuthority, ...] = ()

    def authority(self) -> TimeAuthority:
        """The first, or the one of the trust folder."""
        return (*self.authorities, DevelopmentAuthority.of(self.trust, self.clock))[0]

    def seal(self, data: bytes) -> bytes:
        return seal(data, self.trust, [self.authority()], self.clock)

    def stamp(self, data: bytes) -> bytes:
        return stamp(data, [self.authority()], self.clock).token

    def packed(self, files: Files) -> bytes:
        """A bundle of these files, each list and seal made anew."""
        own = payload(files)
        also = [
            lambda data, one=one: stamp(data, [one], self.clock).token
            for one in self.authorities[1:]
        ]
        made = io.BytesIO()
        write_bundle(made, sorted(own.items()), seal=self.seal, stamp=self.stamp, also=also)
        return made.getvalue()


@dataclass(frozen=True)
class Owner:
    """The keys, the log of a true bundle, and its files."""

    keys: Keys
    objects: dict[str, bytes]
    """The store."""
    files: Files
    """Of the bundle, what the owner chose."""
    tables: tuple[str, ...] | None = None
    """Population files to keep; None: all."""

    @cached_property
    def shown(self) -> list[int]:
        """Numbers of the entries in the bundle."""
        return sorted(int(n[len("entries/") : -5]) for n in self.files if n.startswith("entries/"))

    @cached_property
    def log(self) -> list[Body]:
        """Every entry up to the one that names the pack's files."""
        here = {seq: self.files[f"entries/{seq:012d}.json"] for seq in self.shown}
        numbers = range(self.shown[-1] + 1)
        return [parse(here.get(seq) or self.objects[entry_key(seq)]) for seq in numbers]

    @cached_property
    def documents(self) -> Files:
        """The files that the log is told of."""
        named = self.log[-1]["detail"]["files"]
        kept = {n: self.files[n] for n in named}
        if self.tables is None:
            return kept
        rest = {n: d for n, d in kept.items() if not n.startswith("populations/")}
        return rest | {n: kept[n] for n in self.tables}

    def place(self, kind: str) -> int:
        """Number of the first shown entry of a kind; of a record: `record`."""
        told = {n: {self.log[n].get("kind"), _schema(self.log[n])} for n in self.shown}
        return next(n for n in self.shown if kind in told[n])

    def entry(self, kind: str) -> str:
        """Its file."""
        return f"entries/{self.place(kind):012d}.json"

    def proof(self, kind: str) -> str:
        """The file of its proof."""
        return f"proofs/{self.place(kind):012d}.tlog-proof"

    def issued(
        self,
        *,
        log: Sequence[Entry] | None = None,
        documents: Mapping[str, bytes] | None = None,
        drawn: Callable[[Body], object] | None = None,
        shown: Iterable[int] | None = None,
        objects: Mapping[str, bytes] | None = None,
        keys: Keys | None = None,
        true_manifest: bool = True,
    ) -> Files:
        """Files of a pack as this log would have it: proofs, tiles and checkpoints made anew.

        `log` is without the entry that names the files; `drawn` changes that one. The manifest is
        made to agree with the log unless told otherwise.
        """
        keys = keys or self.keys
        made = dict(self.documents if documents is None else documents)
        store = MemoryStore()
        opened = EvidenceLog.open(store, keys.trust.log)
        for entry in self.log[:-1] if log is None else log:
            opened.append(lambda place, entry=entry: placed(entry, place))
        evidence = opened.seal(keys.clock, [keys.authority()])
        size, root = evidence.size, evidence.root.hex()
        if true_manifest and "manifest.json" in made:
            manifest = parse(made["manifest.json"])
            manifest["log"] |= {"checkpoint_size": size, "root": root}
            made["manifest.json"] = canonical(manifest)
        last = parse(canonical(self.log[-1]))
        digests = {name: sha256(data) for name, data in made.items()}
        last["detail"] |= {"evidence_size": size, "evidence_root": root, "files": digests}
        if drawn is not None:
            drawn(last)
        opened.append(lambda place: placed(last, place))
        newest = opened.seal(keys.clock, [keys.authority()])
        files = {n: d for n, d in self.files.items() if n.startswith(OBJECTS)} | made
        files |= dict(objects or {})
        for name, checkpoint in (("evidence", evidence), ("checkpoint", newest)):
            files[f"checkpoint/{name}"] = checkpoint.note
            for token in checkpoint.tokens:
                files[f"checkpoint/{name}{token.ending}"] = token.response
        files |= dict(opened.leaf_tiles(newest.size))
        for seq in [*self.shown[:-1], size] if shown is None else shown:
            files[f"entries/{seq:012d}.json"] = store.get(entry_key(seq))
            files[f"proofs/{seq:012d}.tlog-proof"] = opened.proof(seq, newest.size).encode()
        return files

    def changed(self, seq: int, change: Callable[[Body], Entry | None]) -> list[Entry]:
        """The log with one entry changed: what `change` returns, or what it did to a copy."""
        log: list[Entry] = [*self.log[:-1]]
        copy = parse(canonical(self.log[seq]))
        log[seq] = change(copy) or copy
        return log

    def without(self, seqs: Iterable[int]) -> Files:
        """A pack of the log without entries, all later ones renumbered."""
        gone = {*seqs}
        kept = [n for n in range(len(self.log) - 1) if n not in gone]
        moved = {old: new for new, old in enumerate(kept)}
        log: list[Entry] = [renamed(self.log[n], moved) for n in kept]
        shown = [moved[n] for n in self.shown[:-1] if n in moved] + [len(kept)]
        chain = renamed(self.log[-1], moved)["chain"]
        return self.issued(log=log, shown=shown, drawn=lambda body: body.update(chain=chain))

    def pdf(self, keys: Keys | None = None, plain: bytes | None = None) -> bytes:
        """A sealed PDF of one empty page."""
        used = keys or self.keys
        return seal_pdf(plain or blank(), used.trust, [used.authority()], used.clock)

    @cached_property
    def another_pack(self) -> Files:
        """Documents of another pack of this owner's: each is sound, and none is of this one."""
        manifest = {**parse(self.documents["manifest.json"]), "pack_id": "AXP-ANOTHER"}
        found = {
            "pack.pdf": self.pdf(),
            "manifest.json": canonical(manifest),
            "catalogue.json": b"[]",
            "expectations.json": b'{"minimum_tls":"1.0"}',
            "VERIFY.md": b"# Verify this bundle\n\nIt verifies.\n",
            "verify.py": b'print("RESULT: VERIFIED")\n',
        }
        assessed = parse(self.documents["assessments.json"])
        found["assessments.json"] = canonical({**assessed, "controls": []})
        for name, data in self.documents.items():
            found.setdefault(name, data.replace(b"fail", b"pass") + b"\n")
        return found


def placed(entry: Entry, place: EntryPlace) -> bytes:
    """The bytes of an entry at its place."""
    if callable(entry):
        return entry(place)
    return canonical({**entry, "seq": place.seq, "prev_sha256": place.prev_sha256})


def renamed(body: Body, moved: Mapping[int, int]) -> Body:
    """An entry whose chain speaks of entries by their new numbers."""
    copy: Body = parse(canonical(body))
    for key, seq in (copy.get("chain") or {}).items():
        if isinstance(seq, int):
            earlier = max((new for old, new in moved.items() if old < seq), default=None)
            copy["chain"][key] = moved.get(seq, earlier)
    committed = (copy.get("detail") or {}).get("committed")
    if committed:
        kept = {moved[int(n)]: c for n, c in committed.items() if int(n) in moved}
        copy["detail"]["committed"] = {str(n): c for n, c in kept.items()}
    return copy


def _schema(body: Body) -> str:
    return "record" if str(body.get("schema")).endswith("record:v1") else ""


def sums(files: Mapping[str, bytes]) -> bytes:
    """What sha256sum writes of these."""
    return b"".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode() for name in sorted(files)
    )


def base64_digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Unpacked into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
