"""serve: the API and the nightly schedule in one process."""

import signal
import socket
from contextlib import closing
from typing import Annotated

import typer

from app.cli.edge import ERR
from app.cli.opened import opened
from app.errors import UnavailableError
from app.services.home.installation import Ports
from app.services.protection.guarantee import store_guarantee


def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = 8080,
    *,
    no_schedule: Annotated[
        bool, typer.Option("--no-schedule", help="Only the API: another replica collects.")
    ] = False,
) -> None:
    """Serve the API, and collect every night."""
    import uvicorn

    from app.api.application import create_app
    from app.services.nights.schedule.scheduler import Schedule

    with opened(ctx) as ports, closing(_listening(host, port)) as listening:
        address = _address(listening)
        schedule = None if no_schedule else Schedule(ports, by=f"annexa serve on {address}")
        server = uvicorn.Server(
            uvicorn.Config(create_app(ports, schedule), log_level="warning", server_header=False)
        )
        # uvicorn stops on SIGTERM and then raises it once more, which would end us half-closed.
        signal.signal(signal.SIGTERM, lambda *_: None)
        ERR.print(
            f"Annexa serves http://{address}/v1 "
            + ("without a schedule." if no_schedule else "and collects every night."),
            markup=False,
        )
        ERR.print(f"Store: {_guarantee(ports)}", markup=False)
        server.run(sockets=[listening])


def _guarantee(ports: Ports) -> str:
    try:
        return store_guarantee(ports).detail
    except UnavailableError as error:  # the API can still say so, and the schedule try again
        return error.message


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, UnicodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "not a host name"
        reason = str(told).partition(" (while ")[0]  # Python repeats the address there
        raise UnavailableError(
            f"cannot listen on {host}, port {port} ({reason}); choose another with --host and "
            "--port, or stop what uses it"
        ) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
