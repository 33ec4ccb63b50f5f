"""Writes what the generator decided, for tests that compare; collectors never read it."""

import json
from dataclasses import asdict
from pathlib import Path

from simulator.tenant.model import Tenant


def write_truth(tenant: Tenant, path: Path) -> int:
    """Write one JSON object a line (`subject`, `check`, `expected`), sorted; return how many."""
    lines = [json.dumps(asdict(one), sort_keys=True) for one in tenant.truth]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)
