"""A sealed bundle of a given size, made of records of one page each."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.evidence.canonical import canonical, sha256
from app.evidence.record import RECORD_SCHEMA, EntryPlace
from app.packs.sealed.bundle import write_bundle
from app.packs.sealed.explanation import explanation
from app.packs.verify.one_file import verifier
from app.services.log.evidence_log import EvidenceLog
from app.trust.keys.keyring import create_trust
from app.trust.seals.seal import seal
from app.trust.time.timestamp import DevelopmentAuthority, stamp
from benchmarks.memory_store import MemoryStore

PAGE = 100_000
"""Bytes: about what a page of a hundred resources has."""
VERDICTS, EXPECTATIONS, RULES = b"[]", b"{}", b"rules"


def sealed_bundle(folder: Path, size: int) -> Path:
    """A bundle of about `size` bytes in a new folder, with its anchors and verifier beside it."""
    at = datetime.now(UTC)
    trust = create_trust(folder / "trust", "benchmark.invalid/log", lambda: at)
    authorities = [DevelopmentAuthority.of(trust, lambda: at)]
    log = EvidenceLog.open(MemoryStore({}), trust.log)
    pages = max(1, size // PAGE)
    digests = [sha256(_page(number)) for number in range(pages)]
    for digest in digests:
        log.append(_record(digest))
    log.seal(lambda: at, authorities)
    bundle = folder / "bundle.asice"
    with bundle.open("w+b") as target:
        write_bundle(
            target,
            _files(log, digests),
            seal=lambda data: seal(data, trust, authorities, lambda: at),
            stamp=lambda data: stamp(data, authorities, lambda: at).token,
        )
    (folder / "verify.py").write_bytes(verifier())
    return bundle


def _files(log: EvidenceLog, digests: list[str]) -> Iterator[tuple[str, bytes]]:
    checkpoint = log.checkpoint
    if checkpoint is None or checkpoint.timestamp is None:
        raise SystemExit("the log of the benchmark was not sealed")
    yield "VERIFY.md", explanation(checkpoint.note, [checkpoint.timestamp])
    yield "verify.py", verifier()
    yield "manifest.json", b"{}"
    yield "checkpoint/checkpoint", checkpoint.note
    yield "checkpoint/checkpoint.tsr", checkpoint.timestamp
    for seq, data in log.entries():
        yield f"entries/{seq:012d}.json", data
        yield f"proofs/{seq:012d}.tlog-proof", log.proof(seq).encode()
    for number, digest in enumerate(digests):
        yield f"raw/{digest}", _page(number)
    for data in (VERDICTS, EXPECTATIONS):
        yield f"derived/{sha256(data)}.json", data
    yield f"rules/{sha256(RULES)}.zip", RULES


def _page(number: int) -> bytes:
    return random.Random(number).randbytes(PAGE)  # noqa: S311 - any bytes will do


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
