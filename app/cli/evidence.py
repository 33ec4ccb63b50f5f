"""pack, verify, reindex."""

import shutil
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.cli.edge import ERR, OUT, home_folder, opened, print_json
from app.errors import UnavailableError, UsageError
from app.services.indexing import reindex as rebuild
from app.services.registering import find_connection
from app.services.verifying import time_roots, verify_bundle_file, verify_store

FAILED = 5
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


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
    from app.packs.facts import Engagement
    from app.services.packing import issue_pack

    with opened(ctx) as ports:
        today = ports.now().date()
        found = find_connection(ports, connection)
        issued = issue_pack(
            ports,
            found,
            Engagement(
                name=engagement,
                auditor=auditor,
                scope=scope or f"Everything the connection {found.name} can see.",
                first=_day(first) if first else today - timedelta(days=30),
                last=_day(last) if last else today,
            ),
            lambda what: ERR.print(what, markup=False),
        )
    if out is not None:
        _copy(issued.pdf, out / "pack.pdf")
        _copy(issued.bundle, out / "bundle.asice")
    if as_json:
        print_json(asdict(issued))
        return
    OUT.print(
        f"Pack {issued.pack_id}: {issued.records} records under checkpoint "
        f"{issued.checkpoint_size}\n  PDF     {issued.pdf}\n  bundle  {issued.bundle}\n"
        f"  SHA-256 {issued.bundle_sha256}",
        markup=False,
    )
    if issued.assurance == "development":
        OUT.print("The timestamps are of a development authority: they prove nothing about time.")


def verify(
    ctx: typer.Context,
    bundle: Annotated[
        Path | None, typer.Argument(help="A bundle; left out: the whole store.")
    ] = None,
    root: Annotated[Path | None, typer.Option(help="Root certificate [of this home].")] = None,
    log_vkey: Annotated[Path | None, typer.Option(help="Log key file [of this home].")] = None,
    time_root: Annotated[
        list[Path] | None,
        typer.Option(help="Root of a time authority, once for each [those of this home]."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="Judge a bundle's certificates at this time, once they have expired."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Check a bundle, or every entry, tile, checkpoint and token of the store (code 5: fault)."""
    if bundle is not None:
        home = home_folder(ctx)
        roots = time_root or ([] if root else time_roots(home))
        anchor, key = root or home / "trust" / "root.pem", log_vkey or home / "trust" / "log.vkey"
        findings = verify_bundle_file(bundle, anchor, key, roots, at)
    elif at is not None:
        raise UsageError("--at is for a bundle; each token of a store is judged at its own time")
    else:
        with opened(ctx) as ports:
            findings = verify_store(ports)
    if as_json:
        print_json({"verified": not findings.faults, **asdict(findings)})
    else:
        for fault in findings.faults:
            OUT.print(f"FAIL  {fault.object}: {fault.reason} [{fault.code}]", markup=False)
        OUT.print(f"{findings.what}: {findings.result}", markup=False)
    if findings.faults:
        raise typer.Exit(FAILED)


def reindex(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Drop the SQL index and rebuild it from the store."""
    with opened(ctx, rebuild=True) as ports, ports.writer("reindexing"):
        count = rebuild(ports, lambda done, of: ERR.print(f"  {done} of {of}", markup=False))
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
