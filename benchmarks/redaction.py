"""What it costs to prepare a page for redaction, beside the SHA-256 that it gets anyway.

`python benchmarks/redaction.py --mb 8` prints one JSON object. The page is a list of Azure's: small
objects with ids, names, numbers and words, of which nearly every value is a token.
"""

import argparse
import hashlib
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Measure and print."""
    from app.evidence.redaction.commitment import document_parts
    from app.evidence.redaction.salts import Salts

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=float, default=8)
    page = _page(parser.parse_args().mb)
    salts = Salts(key=bytes(32))
    size = len(page) / 1e6
    sealed = _cpu(lambda: salts.committed(page))
    digest = _cpu(lambda: hashlib.sha256(page).digest())
    tracemalloc.start()
    salts.committed(page)
    peak = tracemalloc.get_traced_memory()[1]
    told = {
        "page_mb": round(size, 2),
        "tokens_per_mb": round(len(document_parts(page).tokens) / size),
        "commitment_cpu_ms_per_mb": round(1000 * sealed / size, 1),
        "sha256_cpu_ms_per_mb": round(1000 * digest / size, 2),
        "times_sha256": round(sealed / digest, 1),
        "commitment_peak_memory_mb": round(peak / 1e6, 2),
    }
    print(json.dumps(told, indent=2))


def _page(megabytes: float) -> bytes:
    rows: list[str] = []
    size = 0
    while size < megabytes * 1e6:
        name = f"st{len(rows):06d}"
        row = {
            "id": f"/subscriptions/1111/resourceGroups/rg/providers/Microsoft.Storage/{name}",
            "name": name,
            "location": "westeurope",
            "tags": {"owner": "operations", "cost": len(rows)},
            "properties": {
                "allowBlobPublicAccess": False,
                "minimumTlsVersion": "TLS1_2",
                "networkAcls": {"defaultAction": "Deny", "ipRules": []},
            },
        }
        rows.append(json.dumps(row))
        size += len(rows[-1]) + 2
    return f'{{"value":[{", ".join(rows)}]}}'.encode()


def _cpu(run: Callable[[], object]) -> float:
    """The least CPU seconds of three runs."""
    found = []
    for _ in range(3):
        began = time.process_time()
        run()
        found.append(time.process_time() - began)
    return min(found)


if __name__ == "__main__":
    main()
