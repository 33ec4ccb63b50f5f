"""The log at scale: proofs, a night's append, and how verification grows with a bundle's bytes.

`python benchmarks/log.py --leaves 1000000` prints one JSON object. Each proof is made with no tile
cached, from tiles on disk, and verified. A night's append is compared, in the same run, with the
hashes it cannot do without (their number times the measured time of one) and with the naive way,
which hashes the whole tree again.
"""

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="annexa-benchmark-") as folder:
        leaves = [hashlib.sha256(n.to_bytes(8, "big")).digest() for n in range(asked.leaves)]
        tiles, built = _timed(lambda: _tiles(leaves))
        told = {
            "leaves": asked.leaves,
            "tree_cpu_s": round(built, 3),
            "proof": _proofs(tiles, leaves, asked.proofs, Path(folder) / "tiles"),
            "night": _night(tiles, leaves, asked.night, Path(folder) / "log"),
            "bundle": _bundles(asked.bundle_mb, Path(folder) / "bundles"),
        }
    print(json.dumps(told, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--night", type=int, default=10_000, help="records of a night")
    parser.add_argument("--proofs", type=int, default=2_000)
    parser.add_argument("--bundle-mb", type=float, nargs=3, default=[64, 128, 256])
    return parser.parse_args()


def _timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """Its result, and the CPU seconds it took."""
    began = time.process_time()
    result = run()
    return result, time.process_time() - began


def _tiles(leaves: Sequence[bytes]) -> dict[str, bytes]:
    from app.evidence.tree.tiles import TileLog

    return TileLog({}).append(leaves)


def _proofs(
    tiles: dict[str, bytes], leaves: Sequence[bytes], count: int, folder: Path
) -> dict[str, Any]:
    """Wall milliseconds of inclusion proofs at random leaves, each from tiles on disk."""
    from app.evidence.tree.merkle import verify_inclusion
    from app.evidence.tree.tiles import TileLog
    from app.services.log.checkpoints import StoreTiles
    from app.store.local.folder import LocalStore

    for key, data in tiles.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    size, store = len(leaves), StoreTiles(LocalStore(folder))
    root = TileLog(store, size).root()
    dice, spent, cpu = random.Random(1), [], 0.0  # noqa: S311 - which leaves does not matter
    for seq in (dice.randrange(size) for _ in range(count)):
        began, busy = time.perf_counter(), time.process_time()
        proof = TileLog(store, size).inclusion(seq)
        spent.append((time.perf_counter() - began) * 1000)
        cpu += (time.process_time() - busy) * 1000
        if not verify_inclusion(leaves[seq], seq, size, proof, root):
            raise SystemExit(f"the proof of leaf {seq} does not verify")
    spent.sort()
    return {
        "proofs": count,
        "mean_cpu_ms": round(cpu / count, 3),
        "median_ms": round(spent[count // 2], 3),
        "p99_ms": round(spent[count * 99 // 100], 3),
        "max_ms": round(spent[-1], 3),
        "aim_ms": 2,
    }


def _night(
    tiles: dict[str, bytes], leaves: Sequence[bytes], count: int, folder: Path
) -> dict[str, Any]:
    """CPU seconds of appending and sealing a night's records onto the log."""
    from app.evidence.record import EntryPlace, Event, entry_key
    from app.services.log.checkpoints import checkpoint_key
    from app.services.log.evidence_log import EvidenceLog
    from app.trust.keys.keyring import create_trust
    from app.trust.time.timestamp import DevelopmentAuthority
    from benchmarks.memory_store import MemoryStore

    at = datetime.now(UTC)
    trust = create_trust(folder / "trust", "benchmark.invalid/log", lambda: at)
    note = _signed(trust.log, len(leaves), tiles)
    last = Event(kind="verified", at=at, actor="benchmark").sealed(
        EntryPlace(seq=len(leaves) - 1, prev_sha256="0" * 64)
    )
    objects = {**tiles, checkpoint_key(len(leaves)): note, entry_key(len(leaves) - 1): last}
    records = [_record(number) for number in range(count)]
    log = EvidenceLog.open(MemoryStore(objects), trust.log)

    def append() -> None:
        for record in records:
            log.append(partial(_placed, record))

    _, appended = _timed(append)
    checkpoint, sealed = _timed(
        lambda: log.seal(lambda: at, [DevelopmentAuthority.of(trust, lambda: at)])
    )
    fresh = [
        hashlib.sha256(b"\0" + objects[entry_key(len(leaves) + n)]).digest() for n in range(count)
    ]
    again, naive = _timed(lambda: _tiles([*leaves, *fresh]))
    if checkpoint.root != _root(again, len(leaves) + count):
        raise SystemExit("the sealed root is not that of the whole tree")
    least = _least(records[0], count)
    return {
        "records": count,
        "record_bytes": len(records[0]),
        "append_cpu_s": round(appended, 3),
        "seal_cpu_s": round(sealed, 3),
        "cpu_s": round(appended + sealed, 3),
        "aim_s": 1,
        "least_cpu_s": round(least, 3),
        "times_least": round((appended + sealed) / least, 1),
        "whole_tree_again_cpu_s": round(naive, 3),
    }


def _signed(signer: Any, size: int, tiles: dict[str, bytes]) -> bytes:
    from app.evidence.tree.note import CheckpointBody, format_note

    text = CheckpointBody(origin=signer.key.name, size=size, root=_root(tiles, size)).text()
    return format_note(text, [signer.sign(text)])


def _root(tiles: dict[str, bytes], size: int) -> bytes:
    from app.evidence.tree.tiles import TileLog

    return TileLog(tiles, size).root()


def _record(number: int) -> bytes:
    """What a record of one page says, but for its place: about 2 kB."""
    source = {"url": f"https://management.azure.com/{number}", "raw_sha256": f"{number:064x}"}
    return json.dumps({"source": source, "what": "x" * 1800}).encode()


def _placed(record: bytes, place: Any) -> bytes:
    """Making the record's own bytes is the collector's work, not the log's."""
    return record + f'{{"prev_sha256":"{place.prev_sha256}","seq":{place.seq}}}'.encode()


def _least(record: bytes, count: int) -> float:
    """Seconds of the hashes nobody can avoid: two of each record, one of each new node."""
    _, of_record = _timed(lambda: [hashlib.sha256(record).digest() for _ in range(count)])
    node = bytes(65)
    _, of_node = _timed(lambda: [hashlib.sha256(node).digest() for _ in range(count)])
    return 2 * of_record + of_node


def _bundles(sizes: Sequence[float], folder: Path) -> dict[str, Any]:
    """CPU seconds of the bundle's own verifier for bundles of three sizes."""
    from benchmarks.bundles import verified, verifier_of
    from benchmarks.sealed_bundle import PAGE, sealed_bundle

    found, verifier = [], verifier_of(ROOT)
    for megabytes in sizes:
        bundle = sealed_bundle(folder / str(megabytes), int(megabytes * 1_000_000) // PAGE)
        seconds = min(verified(verifier, bundle)[0] for _ in range(3))
        found.append((bundle.stat().st_size, seconds))
    (small, first), (middle, second), (large, third) = found
    slopes = ((second - first) / (middle - small), (third - second) / (large - middle))
    return {
        "bytes": [size for size, _ in found],
        "cpu_s": [round(seconds, 3) for _, seconds in found],
        "cpu_s_per_gb": round((third - first) / (large - small) * 1e9, 2),
        "later_over_earlier_slope": round(slopes[1] / slopes[0], 2),
    }


if __name__ == "__main__":
    main()
