"""pack, reindex."""

import shutil
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.cli.edge import ERR, OUT, Json, print_json
from app.cli.opened import opened
from app.errors import UnavailableError, UsageError
from app.services.connections.register import find_connection
from app.services.index.catch_up import reindex as rebuild


def pack(
    ctx: typer.Context,
    connection: Annotated[str | None, typer.Argument(help="Connection.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day [30 days ago].")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day [today].")] = None,
    engagement: Annotated[str, typer.Option(help="Name of the audit.")] = "Internal review",
    auditor: Annotated[str, typer.Option(help="Who receives it.")] = "not named",
    scope: Annotated[str, typer.Option(help="Scope in your words.")] = "",
    out: Annotated[Path | None, typer.Option(help="Also copy both files here.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Draw the PDF pack of a period and seal its bundle."""
    from app.packs.view.facts import Engagement
    from app.packs.view.summary import period_until
    from app.services.packing.pack import issue_pack

    with opened(ctx) as ports:
        today = ports.now().date()
        found = find_connection(ports, connection)
        begins = _day(first) if first else today - timedelta(days=30)
        asked = Engagement(
            name=engagement,
            auditor=auditor,
            scope=scope or f"Everything the connection {found.name} can see.",
            first=begins,
            last=_day(last) if last else max(today, begins),
        )
        period_until(asked, ports.now())
        issued = issue_pack(ports, found, asked, ERR.print)
    if out is not None:
        _copy(issued.pdf, out / "pack.pdf")
        _copy(issued.bundle, out / "bundle.asice")
    if as_json:
        print_json(asdict(issued))
        return
    OUT.print(
        f"Pack {issued.pack_id}: {issued.records} records under checkpoint "
        f"{issued.checkpoint_size}\n"
        f"  issued  {issued.issued_at:%Y-%m-%d %H:%M} UTC, its evidence sealed "
        f"{issued.sealed_at:%Y-%m-%d %H:%M} UTC\n"
        f"  PDF     {issued.pdf}\n  bundle  {issued.bundle}\n"
        f"  SHA-256 {issued.bundle_sha256}"
    )
    if issued.assurance == "development":
        OUT.print("The timestamps are of a development authority: they prove nothing about time.")


def reindex(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Drop the SQL index and rebuild it from the store."""
    with opened(ctx, rebuild=True) as ports, ports.writer("reindexing"):
        count = rebuild(ports, lambda done, of: ERR.print(f"  {done} of {of}"))
    if as_json:
        print_json({"entries": count})
    else:
        OUT.print(f"Index rebuilt from {count} entries.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day like 2026-11-23") from None


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise UnavailableError(f"{target} cannot be written: {error.strerror}") from error
