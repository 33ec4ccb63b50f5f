"""What it costs to verify a bundle: CPU and memory of its own verifier, by member and byte.

`python benchmarks/bundles.py --against DIR` prints one JSON object. Both verifiers, this build's
and the other checkout's, judge the same bundles in turn (A B A B …): records of one page each, as
a build of before laid them out. What the new form proves besides (tiles, the entry that binds
derived files, a period) stands apart, on bundles of the new form that only this build reads whole.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SMALL, LARGE = 4_000, 100_000
"""Bytes of a page: what is usual, and of a hundred resources."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--most-members", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--against", type=Path, help="another checkout, whose verifier is asked too"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(measured(asked, Path(place)), indent=2))


def measured(asked: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Cost of a member, of a byte, of the new proofs; memory."""
    records = asked.members // 3  # an entry, its proof, its page
    small = sealed_bundle(place / "small", records, SMALL)
    half = sealed_bundle(place / "half", records // 2, SMALL)
    large = sealed_bundle(place / "large", records // 10, LARGE)
    tenth = sealed_bundle(place / "tenth", records // 10, SMALL)
    drawn = sealed_bundle(place / "drawn", records, SMALL, drawn=True)
    many = sealed_bundle(place / "many", asked.most_members // 3, SMALL, drawn=True)
    verifiers = {"here": verifier_of(ROOT)}
    if asked.against:
        verifiers["against"] = verifier_of(asked.against.resolve())
    cost: dict[str, dict[str, float]] = {}
    for name, bundle in {"small": small, "half": half, "large": large, "tenth": tenth}.items():
        cost[name] = in_turn(verifiers, bundle, asked.rounds)
    told: dict[str, Any] = {"members": records * 3, "page_bytes": SMALL, "cpu_s": cost["small"]}
    told["cpu_ms_a_member"] = {
        who: round((cost["small"][who] - cost["half"][who]) / (records - records // 2) / 3 * 1e3, 4)
        for who in verifiers
    }
    told["cpu_s_a_gigabyte"] = {
        who: round(
            (cost["large"][who] - cost["tenth"][who]) / (records // 10) / (LARGE - SMALL) * 1e9, 2
        )
        for who in verifiers
    }
    if asked.against:
        told["ratio"] = round(cost["small"]["here"] / cost["small"]["against"], 3)
    here = {"here": verifiers["here"]}
    told["new_proofs_cpu_s"] = round(
        in_turn(here, drawn, asked.rounds)["here"] - cost["small"]["here"], 3
    )
    peak = verified(verifiers["here"], many)[1]
    told["most_members"] = {"members": asked.most_members, "peak_mb": round(peak / 1e6, 1)}
    return told


def sealed_bundle(folder: Path, pages: int, page: int, *, drawn: bool = False) -> Path:
    """Made by a process of its own: what this one had held would count as the verifier's memory."""
    command = [sys.executable, "-m", "benchmarks.sealed_bundle", str(folder), str(pages), str(page)]
    subprocess.run([*command, *(["--drawn"] if drawn else [])], cwd=ROOT, check=True)
    return folder / "bundle.asice"


def verifier_of(checkout: Path) -> bytes:
    """The one file that a checkout puts into its bundles."""
    code = "import sys, app.packs.verify.one_file as one; sys.stdout.buffer.write(one.verifier())"
    command = [str(checkout / ".venv/bin/python"), "-c", code]
    return subprocess.run(command, cwd=checkout, check=True, capture_output=True).stdout


def in_turn(verifiers: dict[str, bytes], bundle: Path, rounds: int) -> dict[str, float]:
    """The least CPU seconds of each verifier, asked in turn."""
    taken: dict[str, list[float]] = {name: [] for name in verifiers}
    for _ in range(rounds):
        for name, verifier in verifiers.items():
            taken[name].append(verified(verifier, bundle)[0])
    return {name: round(min(each), 3) for name, each in taken.items()}


def verified(verifier: bytes, bundle: Path) -> tuple[float, int]:
    """CPU seconds of one verification, openssl's included; peak memory of its process in bytes."""
    script = bundle.parent / "verify.py"
    script.write_bytes(verifier)
    trust = bundle.parent / "trust"
    command = [
        sys.executable,
        "-I",
        "-S",
        str(script),
        str(bundle),
        "--root",
        str(trust / "root.pem"),
    ]
    command += ["--log-vkey", str(trust / "log.vkey")]
    with tempfile.TemporaryFile() as out:
        started = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        if started.returncode:
            out.seek(0)
            raise SystemExit(out.read()[-2000:].decode())
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


if __name__ == "__main__":
    main()
