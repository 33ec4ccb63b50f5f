"""The benchmark of the log prints its figures; how fast it is, a busy machine cannot say."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_small_run_prints_every_figure() -> None:
    command = [sys.executable, "benchmarks/log.py", "--leaves", "20000", "--night", "300"]
    command += ["--proofs", "50", "--bundle-mb", "0.2", "0.4", "0.8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["leaves"], told["proof"]["proofs"], told["night"]["records"]) == (20000, 50, 300)
    assert 0 < told["proof"]["mean_cpu_ms"] <= told["proof"]["max_ms"]
    night = told["night"]
    assert 0 < night["least_cpu_s"] <= night["cpu_s"]
    assert len(told["bundle"]["bytes"]) == len(told["bundle"]["cpu_s"]) == 3
