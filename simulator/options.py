"""Command line of the simulator."""

import argparse
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from simulator.server.control.routes import parse_instant


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How to run one simulator."""

    out: Path
    port: int
    blob_port: int
    seed: int
    subscriptions: int
    resources: int
    odd_resource: bool
    night: int
    as_of: datetime
    latency_ms: int
    page_size: int
    arm_quota: bool
    arg_quota: bool
    billing_shell: bool
    log: Path
    truth: Path | None
    faults: Path | None
    client_secret: str
    client_certificate: Path | None
    parent: int | None


def parse_options(arguments: Sequence[str]) -> Options:
    """Read the command line; prints and exits like argparse when it is wrong."""
    asked = _parser().parse_args(arguments)
    return Options(
        out=asked.out,
        port=asked.port,
        blob_port=asked.blob_port,
        seed=asked.seed,
        subscriptions=asked.subscriptions,
        resources=asked.resources,
        odd_resource=asked.odd_resource,
        night=asked.night,
        as_of=asked.as_of or datetime.now(UTC),
        latency_ms=asked.latency_ms,
        page_size=asked.page_size,
        arm_quota=asked.quotas == "on",
        arg_quota=asked.quotas == "on",
        billing_shell=asked.billing_shell,
        log=asked.log or asked.out / "requests.ndjson",
        truth=asked.truth,
        faults=asked.faults,
        client_secret=asked.client_secret
        or os.environ.get("ANNEXA_SIMULATOR_CLIENT_SECRET")
        or secrets.token_urlsafe(30),
        client_certificate=asked.client_certificate,
        parent=asked.parent,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A stand-in Azure tenant over TLS: Entra, ARM, Resource Graph, Microsoft "
        "Graph, Log Analytics, Key Vault lists, blobs. Emulated: it proves nothing about Azure.",
    )
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="ca.pem, cloud.toml, ready.json")
    add("--port", type=int, default=0, help="0 takes a free port")
    add("--blob-port", type=int, default=0, help="port of the blob service; 0 takes a free one")
    add("--seed", type=int, default=7)
    add("--subscriptions", type=int, default=3)
    add("--resources", type=int, default=120)
    add("--odd-resource", action="store_true", help="one resource lacks properties")
    add("--billing-shell", action="store_true", help="list the subscription that bills Entra ID")
    add("--night", type=int, default=0, help="the tenant drifts from night to night")
    add("--as-of", type=parse_instant, metavar="ISO", help="the simulated time at start")
    add("--latency-ms", type=int, default=0, help="each answer waits this long")
    add("--page-size", type=int, default=100, help="elements in a page nobody gave a size for")
    add("--quotas", choices=("on", "off"), default="on", help="throttle as ARM and ARG do")
    add("--log", type=Path, metavar="FILE", help="requests as NDJSON (default DIR/requests.ndjson)")
    add("--truth", type=Path, metavar="FILE", help="write the expected verdicts here")
    add("--faults", type=Path, metavar="FILE", help="fault rules (JSON) in force from the start")
    add(
        "--client-secret",
        help="secret the token endpoint takes (default: ANNEXA_SIMULATOR_CLIENT_SECRET, else made "
        "up); written to DIR/client_secret",
    )
    add("--client-certificate", type=Path, metavar="PEM", help="registered certificate")
    add("--parent", type=int, metavar="PID", help="stop when this process is gone")
    return parser
