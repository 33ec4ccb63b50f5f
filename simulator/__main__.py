"""Runs the simulator: `python -m simulator --out DIR`."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate

from simulator.blob.app import create_blob_app
from simulator.options import Options, parse_options
from simulator.server.app import create_app
from simulator.server.control.handover import Addresses, hand_over, write_truth
from simulator.server.control.request_log import RequestLog
from simulator.server.faults.rules import FaultRuleError, parse_rules_text
from simulator.server.front import make_front
from simulator.server.serving import listening
from simulator.server.simulation import Settings, Simulation
from simulator.tenant.generate import TenantSpec, generate
from simulator.tenant.least import least_requests
from simulator.tenant.model import Tenant
from simulator.tls import Tls, make_tls

_PARENT_CHECK_SECONDS = 0.5


def main() -> int:
    """Serve until a signal comes or the parent is gone.

    Exit code 2 for wrong input, a port that is taken or a folder that cannot be written.
    """
    options = parse_options(sys.argv[1:])
    try:
        simulation = _simulation(options)
    except (FaultRuleError, OSError, ValueError) as error:
        return _refuse(error)
    try:
        asyncio.run(_serve(options, simulation))
    except OSError as error:
        return _refuse(error)
    return 0


def _refuse(error: Exception) -> int:
    sys.stderr.write(f"simulator: {error}\n")
    return 2


def _simulation(options: Options) -> Simulation:
    spec = TenantSpec(
        seed=options.seed,
        subscriptions=options.subscriptions,
        resources=options.resources,
        odd_resource=options.odd_resource,
        billing_shell=options.billing_shell,
    )

    def tenant_of(night: int, as_of: datetime) -> Tenant:
        return generate(spec, night, as_of)

    certificate = options.client_certificate
    settings = Settings(
        client_secret=options.client_secret,
        certificate=load_pem_x509_certificate(certificate.read_bytes()) if certificate else None,
        page_size=options.page_size,
        latency_ms=options.latency_ms,
        arm_quota=options.arm_quota,
        arg_quota=options.arg_quota,
    )
    simulation = Simulation(tenant_of, options.night, options.as_of, settings)
    if options.faults is not None:
        simulation.faults.add(parse_rules_text(options.faults.read_bytes()))
    return simulation


async def _serve(options: Options, simulation: Simulation) -> None:
    stop = _stop_event()
    tls = make_tls()
    with RequestLog(options.log) as log:
        app = create_app(simulation, log, least=least_requests)
        async with (
            listening(app, tls, port=options.port) as port,
            _blobs(options, simulation, log, tls) as blob_port,
        ):
            simulation.listens_on(port, blob_port)
            if options.truth is not None:
                write_truth(options.truth, simulation)
            where = Addresses(port=port, blob_port=blob_port)
            hand_over(options.out, simulation, tls, where)
            sys.stdout.write(
                f"simulated tenant {simulation.tenant.tenant_id} on {where.base_url}\n"
            )
            sys.stdout.flush()
            watch = asyncio.create_task(_watch(options.parent, stop))
            await stop.wait()
            watch.cancel()


@asynccontextmanager
async def _blobs(
    options: Options, simulation: Simulation, log: RequestLog, tls: Tls
) -> AsyncIterator[int]:
    """The blob service on its own port, behind the same front."""
    app = create_blob_app(
        tenant_id=simulation.tenant.tenant_id,
        now=simulation.clock.now,
        audience_of=simulation.mint.audience_of,
    )
    app.middlewares.append(make_front(simulation, log, blob=True))
    async with listening(app, tls, port=options.blob_port) as port:
        yield port


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _watch(parent: int | None, stop: asyncio.Event) -> None:
    # Another process cannot set an event of ours: asking now and then is all there is.
    while parent is not None and _lives(parent):  # noqa: ASYNC110 - see above
        await asyncio.sleep(_PARENT_CHECK_SECONDS)
    if parent is not None:
        stop.set()


def _lives(pid: int) -> bool:
    """True while the process runs; a zombie, which nobody has collected yet, does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc").is_dir()
    return not state.lstrip().startswith("Z")


if __name__ == "__main__":
    sys.exit(main())
