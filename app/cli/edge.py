"""The outermost edge: where the clock, the home folder and the exit code live."""

import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from app.errors import UsageError
from app.packs.verify.checks import printable


class Terminal(Console):
    """A console on which text from outside stays text: what acts or hides is shown escaped.

    Lines of several sentences keep their ends; what may hold one from outside is `printable`.
    Brackets are no markup, and a fingerprint is no picture: rich would draw one for `:AB:` in it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(emoji=False, markup=False, highlight=False, soft_wrap=True, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Every string that is printed, cells of tables too."""
        lines = (printable(line) for line in text.split("\n"))
        return super().render_str("\n".join(lines), **options)


OUT = Terminal()
ERR = Terminal(stderr=True)
_ACTING = re.compile(r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Controls, marks of direction and of nothing at all that JSON would let through."""
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
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
    sys.stdout.write(_ACTING.sub(_escaped, text) + "\n")


def _escaped(found: re.Match[str]) -> str:
    """As JSON writes it: two halves of a pair beyond 16 bits (RFC 8259, section 7)."""
    return json.dumps(found[0])[1:-1]


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
