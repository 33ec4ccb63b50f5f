"""The installation of a command, open while the command runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from app.cli.edge import ERR, clock, home_folder
from app.db.engine.database import Database
from app.errors import AppError, UnavailableError
from app.services.home.installation import Ports, open_ports
from app.services.index.catch_up import keep_up


@contextmanager
def opened(ctx: typer.Context, *, rebuild: bool = False, judged: bool = False) -> Iterator[Ports]:
    """The installation of this call, closed at the end."""
    ports = open_ports(home_folder(ctx), clock, rebuild=rebuild, judged=judged)
    try:
        if not rebuild and not (judged and _is_faulty(ports.database)):
            _keep_up(ports)
        yield ports
    finally:
        ports.close()


def _is_faulty(index: Database) -> bool:
    return index.fault is not None or bool(index.unguarded())


def _keep_up(ports: Ports) -> None:
    """A lost or restored index is brought up to the log, and the reader is told so."""
    try:
        count = keep_up(ports)
    except UnavailableError:
        return  # the command says so itself, if it needs the store at all
    except AppError as error:
        ERR.print(f"The index may be wrong: {error.message} [{error.kind}]")
        return
    if count:
        ERR.print(
            f"The index was {count} entries behind the sealed log and has been brought up to it; "
            "a run that was only planned is forgotten, ask for it again."
        )
