"""A small log and the bundle made of it, and the auditor who has only that and two anchors."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf

from app.evidence.canonical import canonical, sha256
from app.evidence.record import RECORD_SCHEMA, EntryPlace, Event, entry_key
from app.services.log.evidence_log import EvidenceLog
from app.store.base import Store
from app.trust.keys.keyring import Trust
from app.trust.seals.pades import seal_pdf
from app.trust.seals.seal import seal
from app.trust.time.timestamp import TimeAuthority, stamp

NOW = datetime.now(UTC) - timedelta(days=3)
PAGES = [b'{"value":[%d]}' % number for number in range(4)]
EXPECTATIONS = b'{"minimum_tls":"1.2"}'
RULES = b"an archive of rules"


def now() -> datetime:
    return NOW


@dataclass(frozen=True)
class Signer:
    """A trust folder with its time authority."""

    trust: Trust
    authority: TimeAuthority
    clock: Callable[[], datetime] = now

    def seal(self, data: bytes) -> bytes:
        return seal(data, self.trust, [self.authority], self.clock)

    def stamp(self, data: bytes) -> bytes:
        return stamp(data, [self.authority], self.clock).token


@dataclass(frozen=True)
class Case:
    """A bundle, what it was made of, and the auditor's anchors."""

    data: bytes
    files: dict[str, bytes]
    signer: Signer
    root: Path
    vkey: str
    script: Path

    def contents(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.data)) as opened:
            return {name: opened.read(name) for name in opened.namelist()}

    def run(self, target: Path, *more: str) -> subprocess.CompletedProcess[str]:
        """The one-file verifier, by a Python that has nothing but its standard library."""
        command = [sys.executable, "-I", "-S", str(self.script), str(target)]
        anchors = ["--root", str(self.root), "--log-vkey", self.vkey]
        return subprocess.run(
            [*command, *anchors, *more], check=False, capture_output=True, text=True
        )


def record(place: EntryPlace, page: bytes, verdicts: bytes) -> bytes:
    return canonical(
        {
            "schema": RECORD_SCHEMA,
            "seq": place.seq,
            "prev_sha256": place.prev_sha256,
            "source": [{"raw_sha256": sha256(page)}, {"raw_sha256": sha256(b"")}],
            "verdicts": {"sha256": sha256(verdicts)},
            "expectations": {"sha256": sha256(EXPECTATIONS)},
            "collector": {"rules_sha256": sha256(RULES)},
        }
    )


def evidence(signer: Signer, store: Store) -> dict[str, bytes]:
    """Seven entries: an event, four records of which two are neighbours, and others between."""
    log = EvidenceLog.open(store, signer.trust.log)
    files = {
        f"derived/{sha256(EXPECTATIONS)}.json": EXPECTATIONS,
        f"rules/{sha256(RULES)}.zip": RULES,
    }
    for number, page in enumerate(PAGES):
        log.append(Event(kind="run_started", at=NOW, actor="test", detail={"n": number}).sealed)
        verdicts = canonical([number])
        log.append(lambda place, page=page, v=verdicts: record(place, page, v))
        files[f"raw/{sha256(page)}"] = page
        files[f"derived/{sha256(verdicts)}.json"] = verdicts
    checkpoint = log.seal(signer.clock, [signer.authority])
    assert checkpoint.timestamp is not None
    files["checkpoint/checkpoint"] = checkpoint.note
    files["checkpoint/checkpoint.tsr"] = checkpoint.timestamp
    for seq in (0, 1, 2, 3, 5, 7):
        files[f"entries/{seq:012d}.json"] = store.get(entry_key(seq))
        files[f"proofs/{seq:012d}.tlog-proof"] = log.proof(seq).encode()
    files["pack.pdf"] = seal_pdf(blank(), signer.trust, [signer.authority], signer.clock)
    files["expectations.json"] = EXPECTATIONS
    files["catalogue.json"] = b"[]"
    files["assessments.json"] = canonical({"rules_sha256": sha256(RULES)})
    files["manifest.json"] = b"{}"
    files["populations/storage.accounts.https_only.csv"] = b"subject,status\n"
    return files


def blank() -> bytes:
    """A PDF of one empty page."""
    plain = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(plain)
    return plain.getvalue()


def unpacked(contents: dict[str, bytes], folder: Path) -> Path:
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
