"""A sealed bundle of a given size, made of records of one page each."""

import argparse
import io
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pikepdf

from app.evidence.canonical import canonical, sha256
from app.evidence.events.access_events import PackDrawn
from app.evidence.events.connection_events import ConnectionAdded
from app.evidence.events.fact import event_of
from app.evidence.record import RECORD_SCHEMA, EntryPlace
from app.packs.sealed.bundle import write_bundle
from app.packs.sealed.explanation import explanation
from app.packs.verify.one_file import verifier
from app.services.log.checkpoints import Checkpoint
from app.services.log.evidence_log import EvidenceLog
from app.trust.keys.keyring import Trust, create_trust
from app.trust.seals.pades import seal_pdf
from app.trust.seals.seal import seal
from app.trust.time.timestamp import DevelopmentAuthority, stamp
from benchmarks.memory_store import MemoryStore

PAGE = 100_000
"""Bytes: about what a page of a hundred resources has."""
VERDICTS, EXPECTATIONS, RULES = b"[]", b"{}", b"rules"
PACK, ENGAGEMENT = "AXP-000000000000", "Benchmark"
PACK = "AXP-000000000000"
CONNECTION = "00000000-0000-4000-8000-000000000001"
Clock = Callable[[], datetime]


def sealed_bundle(folder: Path, pages: int, page: int = PAGE, *, drawn: bool = False) -> Path:
    """A bundle of so many records in a new folder, with its anchors beside it.

    `page` is the size of each record's page in bytes. `drawn`: with the tiles and the entry that
    binds derived files; else as builds before these laid it out.
    """
    at = datetime.now(UTC)
    trust = create_trust(folder / "trust", "benchmark.invalid/log", lambda: at)
    authorities = [DevelopmentAuthority.of(trust, lambda: at)]
    log = EvidenceLog.open(MemoryStore({}), trust.log)
    if drawn:
        log.append(event_of(_added(), at=at, actor="benchmark").sealed)
    digests = [sha256(_page(number, page)) for number in range(max(1, pages))]
    for digest in digests:
        log.append(_record(digest))
    evidence = log.seal(lambda: at, authorities)
    files = _derived(trust, lambda: at, evidence)
    if drawn:
        log.append(event_of(_fact(files, evidence, at), at=at, actor="benchmark").sealed)
        log.seal(lambda: at, authorities)
    bundle = folder / "bundle.asice"
    with bundle.open("w+b") as target:
        write_bundle(
            target,
            _files(log, digests, page, files, evidence if drawn else None),
            seal=lambda data: seal(data, trust, authorities, lambda: at),
            stamp=lambda data: stamp(data, authorities, lambda: at).token,
        )
    return bundle


def _derived(trust: Trust, now: Clock, evidence: Checkpoint) -> dict[str, bytes]:
    day = now().date().isoformat()
    plain = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(plain)
    authority = DevelopmentAuthority.of(trust, now)
    return {
        "pack.pdf": seal_pdf(plain.getvalue(), trust, [authority], now),
        "manifest.json": canonical(
            {
                "pack_id": PACK,
                "connection": {"id": CONNECTION},
                "engagement": {"name": ENGAGEMENT, "first": day, "last": day},
                "log": {"checkpoint_size": evidence.size, "root": evidence.root.hex()},
            }
        ),
        "assessments.json": canonical({"rules_sha256": sha256(RULES)}),
        "catalogue.json": b"[]",
        "expectations.json": EXPECTATIONS,
        "VERIFY.md": explanation(evidence.note, [token.response for token in evidence.tokens]),
        "verify.py": verifier(),
    }


def _added() -> ConnectionAdded:
    return ConnectionAdded(
        id=CONNECTION,
        name="benchmark",
        tenant_id=CONNECTION,
        credential={},
        cloud="public",
        cloud_file=None,
        subscriptions=(),
        schedule="0 2 * * *",
        schedule_meaning="unix",
    )


def _fact(files: Mapping[str, bytes], evidence: Checkpoint, at: datetime) -> PackDrawn:
    return PackDrawn(
        pack_id=PACK,
        connection_id=CONNECTION,
        engagement=ENGAGEMENT,
        first=at.date(),
        last=at.date(),
        evidence_size=evidence.size,
        evidence_root=evidence.root.hex(),
        files={name: sha256(data) for name, data in files.items()},
    )


def _files(
    log: EvidenceLog,
    digests: list[str],
    page: int,
    derived: Mapping[str, bytes],
    evidence: Checkpoint | None,
) -> Iterator[tuple[str, bytes]]:
    yield from derived.items()
    checkpoint = log.checkpoint
    if checkpoint is None or checkpoint.timestamp is None:
        raise SystemExit("the log of the benchmark was not sealed")
    yield "checkpoint/checkpoint", checkpoint.note
    yield "checkpoint/checkpoint.tsr", checkpoint.timestamp
    if evidence is not None:
        yield "checkpoint/evidence", evidence.note
        yield "checkpoint/evidence.tsr", evidence.timestamp or b""
        yield from log.leaf_tiles(checkpoint.size)
    for seq, data in log.entries():
        yield f"entries/{seq:012d}.json", data
        yield f"proofs/{seq:012d}.tlog-proof", log.proof(seq).encode()
    for number, digest in enumerate(digests):
        yield f"raw/{digest}", _page(number, page)
    for data in (VERDICTS, EXPECTATIONS):
        yield f"derived/{sha256(data)}.json", data
    yield f"rules/{sha256(RULES)}.zip", RULES


def _page(number: int, size: int) -> bytes:
    return random.Random(number).randbytes(size)  # noqa: S311 - any bytes will do


def _record(digest: str) -> Callable[[EntryPlace], bytes]:
    def placed(place: EntryPlace) -> bytes:
        return canonical(
            {
                "schema": RECORD_SCHEMA,
                "seq": place.seq,
                "prev_sha256": place.prev_sha256,
                "source": [{"raw_sha256": digest}],
                "verdicts": {"sha256": sha256(VERDICTS)},
                "expectations": {"sha256": sha256(EXPECTATIONS)},
                "collector": {"rules_sha256": sha256(RULES)},
            }
        )

    return placed


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pages", type=int)
    parser.add_argument("page", type=int)
    parser.add_argument("--drawn", action="store_true")
    asked = parser.parse_args()
    sealed_bundle(asked.folder, asked.pages, asked.page, drawn=asked.drawn)


if __name__ == "__main__":
    main()
