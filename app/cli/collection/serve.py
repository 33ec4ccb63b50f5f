"""serve: the API and the nightly schedule in one process."""

import signal
from contextlib import closing
from typing import Annotated

import typer

from app.cli.edge import ERR
from app.cli.encryption import BehindProxy, TlsCert, TlsKey, encryption
from app.cli.listener import address_of, listening
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
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    *,
    behind_proxy: BehindProxy = False,
    no_schedule: Annotated[
        bool, typer.Option("--no-schedule", help="Only the API: another replica collects.")
    ] = False,
) -> None:
    """Serve the API, and collect every night."""
    from app.api.application import create_app
    from app.cli.http_server import ClientLimits, HttpServer
    from app.services.nights.schedule.scheduler import Schedule

    spoken = encryption(host, tls_cert, tls_key, behind_proxy=behind_proxy)
    with opened(ctx) as ports, closing(listening(host, port)) as open_socket:
        address = address_of(open_socket)
        schedule = None if no_schedule else Schedule(ports, by=f"annexa serve on {address}")
        service = ports.settings.service
        limits = ClientLimits(
            head=service.request_head.total_seconds(),
            body=service.request_body.total_seconds(),
            stalled=service.stalled.total_seconds(),
            connections=service.connections,
        )
        server = HttpServer(create_app(ports, schedule), limits, **spoken.options)
        # uvicorn stops on SIGTERM and then raises it once more, which would end us half-closed.
        signal.signal(signal.SIGTERM, lambda *_: None)
        ERR.print(
            f"Annexa serves {spoken.scheme}://{address}/v1 "
            + ("without a schedule." if no_schedule else "and collects every night.")
        )
        ERR.print(f"Store: {_guarantee(ports)}")
        server.run(sockets=[open_socket])


def _guarantee(ports: Ports) -> str:
    try:
        return store_guarantee(ports).detail
    except UnavailableError as error:  # the API can still say so, and the schedule try again
        return error.message
