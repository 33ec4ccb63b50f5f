"""The outermost edge: where the clock, the home folder and the exit code live."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from app.errors import UsageError

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def clock() -> datetime:
    """Now, in UTC. The one place the product reads the time."""
    return datetime.now(UTC)


def home_folder(ctx: typer.Context) -> Path:
    """The home folder of this call."""
    found: Path = ctx.find_root().obj
    return found


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
