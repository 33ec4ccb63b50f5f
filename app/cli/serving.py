"""serve: the API and the nightly schedule in one process."""

from typing import Annotated

import typer

from app.cli.edge import ERR, opened
from app.services.scheduling import Schedule


def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8080,
    *,
    no_schedule: Annotated[
        bool, typer.Option("--no-schedule", help="Only the API: another replica collects.")
    ] = False,
) -> None:
    """Serve the API, and collect every night."""
    import uvicorn

    from app.api.application import create_app

    with opened(ctx) as ports:
        schedule = None if no_schedule else Schedule(ports, by=f"annexa serve on {host}:{port}")
        ERR.print(
            f"Annexa serves http://{host}:{port}/v1 "
            + ("without a schedule." if no_schedule else "and collects every night."),
            markup=False,
        )
        uvicorn.run(
            create_app(ports, schedule),
            host=host,
            port=port,
            log_level="warning",
            server_header=False,
        )
