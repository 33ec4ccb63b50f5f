"""One night measured: requests against the least possible, wall and CPU time, memory.

`python benchmarks/snapshot.py --resources 1000 --latency-ms 80` starts the simulator, collects one
night in a process of its own and prints one JSON object. An empty tenant is measured in the same
way first, so that CPU a resource is what resources cost, not what starting Python costs.
`floor_s` is the wall time that the least requests would take at this latency, all at once where
they do not wait for each other: tokens, then lists, then what is asked per parent.

`--against DIR` measures the build of another checkout against the same tenant in the same run, in
turn, and prints both with their ratios; `--rounds N` takes the least of N. `requests_by_purpose`
says what each kind of question costs, `new_requests` what the other build does not ask.

`--against DIR --drills` counts the requests of a quiet night, of one after 100 resources of a group
were withdrawn and of one after 100 were deleted (benchmarks/drills.py); give it 1,600 resources.
The other checkout: `git worktree add DIR COMMIT`; it needs no environment of its own.
"""

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.purposes import purposes  # noqa: E402 - found by the line above

SECRET_ENV = "ANNEXA_BENCHMARK_SECRET"  # noqa: S105 - the name of a variable
SERIAL_STEPS = 5
"""Waits nobody can avoid: discovery, token, subscriptions, lists, per-parent calls."""


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    if asked.child:
        print(json.dumps(_collect_here(asked)))
        return
    with tempfile.TemporaryDirectory(prefix="annexa-benchmark-") as folder:
        print(json.dumps(_measure(asked, Path(folder)), indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=1000)
    parser.add_argument("--subscriptions", type=int, default=3)
    parser.add_argument("--latency-ms", type=int, default=80)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--against", type=Path, help="checkout of another build, measured in turn")
    parser.add_argument("--rounds", type=int, default=1, help="with --against: least of so many")
    parser.add_argument("--drills", action="store_true", help="with --against: what losses cost")
    parser.add_argument("--cloud-file", type=Path, help="measure against this cloud instead")
    parser.add_argument("--tenant", help="with --cloud-file")
    parser.add_argument("--client-id", help="with --cloud-file; the secret is in " + SECRET_ENV)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.drills and asked.against is None:
        parser.error("--drills compares two builds: name the other one by --against")
    return asked


def _measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    if asked.cloud_file is not None:
        return _in_child(ROOT, folder / "home", asked.cloud_file, asked.tenant, asked.client_id)
    if asked.drills:
        from benchmarks.drills import measure

        return measure(asked, folder)
    if asked.against is not None:
        return _compared(asked, folder)
    empty = _simulated(asked, folder / "empty", resources=0)
    full = _simulated(asked, folder / "full", resources=asked.resources)
    cpu_over_empty = full["cpu_s"] - empty["cpu_s"]
    return {
        **full,
        "empty_cpu_s": empty["cpu_s"],
        "empty_requests": empty["requests"],
        "cpu_ms_per_resource": round(cpu_over_empty / max(1, full["resources"]) * 1000, 3),
        "policy_state_rows_per_resource": round(
            full.get("policy_state_rows", 0) / max(1, full["resources"]), 2
        ),
        "requests_ratio": round(full["requests"] / full["least_requests"], 3),
    }


def _compared(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """This build and another one, in turn, each against a fresh tenant of the same seed."""
    builds = {"this": ROOT, "other": asked.against.resolve()}
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in builds}
    for number in range(asked.rounds):
        for name, build in builds.items():
            place = folder / f"{name}-{number}"
            rounds[name].append(_simulated(asked, place, asked.resources, build))
    least = {name: _least(found) for name, found in rounds.items()}
    this, other = least["this"], least["other"]
    empty = _simulated(asked, folder / "other-empty", 0, builds["other"])
    new = {
        purpose: count - other["requests_by_purpose"].get(purpose, 0)
        for purpose, count in this["requests_by_purpose"].items()
        if count > other["requests_by_purpose"].get(purpose, 0)
    }
    return {
        **least,
        "new_requests": new,
        **_apart(this, other, empty, sum(new.values())),
        "requests_over_least": round(this["requests"] / this["least_requests"], 3),
        "cpu_per_verdict_ratio": round(this["cpu_ms_per_verdict"] / other["cpu_ms_per_verdict"], 3),
        "rss_ratio": round(this["peak_rss_mb"] / other["peak_rss_mb"], 3),
    }


def _apart(
    this: dict[str, Any], other: dict[str, Any], empty: dict[str, Any], new: int
) -> dict[str, Any]:
    """What the new reads cost, at the price that the other build pays for a request.

    That price is its CPU over an empty tenant's, judging included, by the requests more.
    """
    price = (other["cpu_s"] - empty["cpu_s"]) / max(1, other["requests"] - empty["requests"])
    left = (this["cpu_s"] - new * price) * 1000 / this["verdicts"]
    return {
        "other_cpu_ms_per_request": round(price * 1000, 3),
        "new_reads_cpu_s": round(new * price, 2),
        "cpu_per_verdict_ratio_without_new_reads": round(left / other["cpu_ms_per_verdict"], 3),
    }


def _least(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """One round's facts with the least time and memory of all rounds: machines are shared."""
    least = {
        key: min(found[key] for found in rounds)
        for key in ("wall_s", "cpu_s", "peak_rss_mb", "cpu_ms_per_verdict")
    }
    return rounds[0] | least


def _simulated(
    asked: argparse.Namespace, folder: Path, resources: int, build: Path = ROOT
) -> dict[str, Any]:
    from simulator.process import SimulatorProcess

    with ExitStack() as stack:
        simulator = stack.enter_context(
            SimulatorProcess.start(
                folder / "simulator",
                seed=asked.seed,
                resources=resources,
                subscriptions=asked.subscriptions,
                latency_ms=asked.latency_ms,
                as_of=datetime.now(UTC),
            )
        )
        os.environ[SECRET_ENV] = simulator.client_secret
        cloud, client = simulator.cloud_file, simulator.client_id
        figures = _in_child(build, folder / "home", cloud, simulator.tenant_id, client)
        least = simulator.least()
        asked_for = [e for e in simulator.log() if not e["path"].startswith("/_sim")]
    return {
        "resources": figures.pop("resources"),
        "subscriptions": asked.subscriptions,
        "latency_ms": asked.latency_ms,
        "requests": len(asked_for),
        "throttled": sum(e["status"] == 429 for e in asked_for),
        "least_requests": least["total"],
        "least": least,
        "floor_s": _floor(least["total"], asked.latency_ms),
        "requests_by_purpose": purposes(asked_for),
        **figures,
        **_verdicts(folder / "home", figures["cpu_s"]),
    }


def _verdicts(home: Path, cpu_s: float) -> dict[str, Any]:
    with closing(sqlite3.connect(home / "index.sqlite")) as index:
        [(count,)] = index.execute("SELECT SUM(passed + failed + unknown) FROM night_count")
    return {"verdicts": count, "cpu_ms_per_verdict": round(cpu_s * 1000 / max(1, count), 3)}


def _floor(least: int, latency_ms: int) -> float:
    """Least wall time at 24 requests at once."""
    return round((SERIAL_STEPS + least / 24) * latency_ms / 1000, 2)


def _in_child(
    build: Path, home: Path, cloud_file: Path, tenant: str, client_id: str
) -> dict[str, Any]:
    script = build / "benchmarks" / "snapshot.py"
    command = [sys.executable, str(script), "--child", str(home), "--cloud-file", str(cloud_file)]
    command += ["--tenant", tenant, "--client-id", client_id]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=build)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _collect_here(asked: argparse.Namespace) -> dict[str, Any]:
    from app.schedule.connection import new_connection
    from app.services.connections.register import add_connection
    from app.services.home.installation import open_ports
    from app.services.nights.night import collect_night, plan_night
    from app.services.upkeep.new_home import initialise

    def now() -> datetime:
        return datetime.now(UTC)

    initialise(asked.child, "Benchmark", now)
    ports = open_ports(asked.child, now)
    credential = {"kind": "secret_env", "client_id": asked.client_id, "secret_env": SECRET_ENV}
    connection = new_connection(
        name="benchmark",
        tenant_id=asked.tenant,
        credential=credential,
        cloud="custom",
        cloud_file=asked.cloud_file,
        subscriptions=(),
        schedule="0 2 * * *",
    )
    add_connection(ports, connection)
    run_id = plan_night(ports, connection, now(), "manual", "benchmark")
    wall, cpu = time.perf_counter(), time.process_time()
    report = collect_night(ports, connection, run_id)
    return {
        "resources": _resources(ports, connection.id),
        **_policy_states(ports, connection.id),
        "records": report.records,
        "gaps": report.gaps,
        "wall_s": round(time.perf_counter() - wall, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _resources(ports: Any, connection_id: str) -> int:
    """Rows of the inventory, as sealed."""
    found = _records(ports, connection_id, "inventory.resources")
    return sum(record.announced or 0 for record in found if record.scope == "tenant")


def _policy_states(ports: Any, connection_id: str) -> dict[str, int]:
    """Rows and raw bytes of Azure Policy's own states in the night."""
    from app.evidence.canonical import parse
    from app.evidence.record import entry_key, raw_key

    found = _records(ports, connection_id, "posture.policy_states")
    sources = [
        one for each in found for one in parse(ports.store.get(entry_key(each.seq)))["source"]
    ]
    digests = {source["raw_sha256"] for source in sources}
    return {
        "policy_state_rows": sum(record.announced or 0 for record in found),
        "policy_state_bytes": sum(len(ports.store.get(raw_key(one))) for one in digests),
    }


def _records(ports: Any, connection_id: str, collector_id: str) -> Any:
    from app.db.rows.evidence import records

    first, last = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    with ports.database.read() as session:
        return records(session, connection_id, first, last, [collector_id])


if __name__ == "__main__":
    main()
