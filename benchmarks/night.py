"""One night by the build of a checkout, in a process of its own: `night.py --build DIR --home H …`.

A home that is not there is made. Prints one JSON object: pages of Azure Policy's own states, gaps.
"""

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SECRET_ENV = "ANNEXA_BENCHMARK_SECRET"  # noqa: S105 - the name of a variable


def night_of(
    build: Path, home: Path, cloud_file: Path, tenant: str, client_id: str
) -> dict[str, int]:
    """Collect one night with that build. Raises SystemExit with what it said."""
    command = [sys.executable, __file__, "--build", str(build), "--home", str(home)]
    command += ["--cloud-file", str(cloud_file), "--tenant", tenant, "--client-id", client_id]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=build)
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Collect and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--build", "--home", "--cloud-file"):
        parser.add_argument(name, type=Path, required=True)
    for name in ("--tenant", "--client-id"):
        parser.add_argument(name, required=True)
    asked = parser.parse_args()
    sys.path.insert(0, str(asked.build))
    print(json.dumps(_collect(asked)))


def _collect(asked: argparse.Namespace) -> dict[str, int]:
    from app.services.home.installation import open_ports
    from app.services.nights.night import collect_night, plan_night
    from app.services.upkeep.new_home import initialise

    def now() -> datetime:
        return datetime.now(UTC)

    fresh = not asked.home.exists()
    if fresh:
        initialise(asked.home, "Benchmark", now)
    ports = open_ports(asked.home, now)
    connection = _added(ports, asked) if fresh else _known(ports)
    run_id = plan_night(ports, connection, now(), "manual", "benchmark")
    report = collect_night(ports, connection, run_id)
    return {"gaps": report.gaps, "policy_state_pages": _policy_pages(ports, run_id)}


def _added(ports: Any, asked: argparse.Namespace) -> Any:
    from app.schedule.connection import new_connection
    from app.services.connections.register import add_connection

    connection = new_connection(
        name="benchmark",
        tenant_id=asked.tenant,
        credential={"kind": "secret_env", "client_id": asked.client_id, "secret_env": SECRET_ENV},
        cloud="custom",
        cloud_file=asked.cloud_file,
        subscriptions=(),
        schedule="0 2 * * *",
    )
    add_connection(ports, connection)
    return connection


def _known(ports: Any) -> Any:
    from app.services.connections.register import find_connection

    return find_connection(ports, None)


def _policy_pages(ports: Any, run_id: str) -> int:
    from app.db.rows.evidence import run_records
    from app.evidence.canonical import parse
    from app.evidence.record import entry_key

    with ports.database.read() as session:
        seqs = [one.record.seq for one in run_records(session, run_id)]
    entries = [parse(ports.store.get(entry_key(seq))) for seq in seqs]
    own = [one for one in entries if one["what"]["collector"] == "posture.policy_states"]
    return sum(len(one["source"]) for one in own)


if __name__ == "__main__":
    main()
