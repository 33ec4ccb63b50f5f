"""The truth file: a line for each answer."""

import json
from datetime import UTC, datetime
from pathlib import Path

from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.generate import generate
from simulator.tenant.truth import write_truth


def test_a_line_says_subject_check_and_what_is_expected(tmp_path: Path) -> None:
    tenant = generate(TenantSpec(resources=40), 0, datetime(2026, 11, 23, tzinfo=UTC))
    written = write_truth(tenant, tmp_path / "truth.ndjson")
    lines = [json.loads(line) for line in (tmp_path / "truth.ndjson").read_text().splitlines()]
    assert written == len(lines) == len(tenant.truth)
    assert set(lines[0]) == {"subject", "check", "expected"}
    assert {line["expected"] for line in lines} <= {"pass", "fail", "unknown"}
