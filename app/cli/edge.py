"""The outermost edge: where the clock, the home folder and the exit code live."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from app.errors import AppError, UnavailableError, UsageError
from app.services.home.installation import Ports, open_ports
from app.services.index.catch_up import keep_up

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)


def clock() -> datetime:
    """Now, in UTC. The one place the product reads the time."""
    return datetime.now(UTC)


def home_folder(ctx: typer.Context) -> Path:
    """The home folder of this call."""
    found: Path = ctx.find_root().obj
    return found


@contextmanager
def opened(ctx: typer.Context, *, rebuild: bool = False) -> Iterator[Ports]:
    """The installation of this call, closed at the end."""
    ports = open_ports(home_folder(ctx), clock, rebuild=rebuild)
    try:
        if not rebuild:
            _keep_up(ports)
        yield ports
    finally:
        ports.close()


def _keep_up(ports: Ports) -> None:
    """A lost or restored index is brought up to the log, and the reader is told so."""
    try:
        count = keep_up(ports)
    except UnavailableError:
        return  # the command says so itself, if it needs the store at all
    except AppError as error:
        ERR.print(f"The index may be wrong: {error.message} [{error.kind}]", markup=False)
        return
    if count:
        ERR.print(
            f"The index was {count} entries behind the sealed log and has been brought up to it; "
            "a run that was only planned is forgotten, ask for it again.",
            markup=False,
        )


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)


def parse_day(text: str) -> datetime:
    """A day (2026-11-23) or instant in UTC. Raises UsageError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a date like 2026-11-23") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def default_home() -> Path:
    """ANNEXA_HOME, or ./annexa-home."""
    return Path(os.environ.get("ANNEXA_HOME", "annexa-home"))
