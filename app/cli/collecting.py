"""collect and status."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from app.cli.edge import ERR, OUT, opened, print_json
from app.services.nights import NightReport, Progress, Told, collect_night, collect_now
from app.services.ports import Ports
from app.services.registering import find_connection
from app.services.resuming import interrupted_runs
from app.services.status import ConnectionStatus, Status, status_of

GAPS = 4
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Name = Annotated[str | None, typer.Argument(help="Connection; may be left out when there is one.")]


def collect(
    ctx: typer.Context,
    connection: Name = None,
    *,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with interrupted runs.")] = False,
    as_json: Json = False,
) -> None:
    """Collect a connection now: ask, seal, index. Exit code 4 when there were gaps."""
    with opened(ctx) as ports:
        reports = _resumed(ports) if resume else [_collected(ports, connection)]
    if as_json:
        print_json([asdict(report) for report in reports])
    for report in [] if as_json else reports:
        _print(report)
    if resume and not reports and not as_json:
        OUT.print("No run was interrupted.")
    if any(report.gaps for report in reports):
        raise typer.Exit(GAPS)


def status(ctx: typer.Context, connection: Name = None, *, as_json: Json = False) -> None:
    """Nights, missed nights, gaps and the state of the log."""
    with opened(ctx) as ports:
        found = status_of(ports, connection)
    if as_json:
        print_json(asdict(found))
        return
    _print_status(found)


def _collected(ports: Ports, name: str | None) -> NightReport:
    connection = find_connection(ports, name)
    slot = ports.now().astimezone(UTC).replace(microsecond=0)
    with _shown(connection.name) as told:
        return collect_now(ports, connection, slot, "annexa collect", told)


def _resumed(ports: Ports) -> list[NightReport]:
    reports = []
    for run_id, connection in interrupted_runs(ports):
        with _shown(connection.name) as told:
            reports.append(collect_night(ports, connection, run_id, told))
    return reports


@contextmanager
def _shown(name: str) -> Iterator[Told]:
    """A bar on a terminal, a line now and then elsewhere; both on stderr."""
    if not ERR.is_terminal:
        ERR.print(f"collecting {name}", markup=False)
        yield _plain
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=ERR, transient=True) as bar:
        task = bar.add_task(name, total=None)

        def told(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.done,
                total=progress.of,
                description=progress.what,
            )

        yield told


def _plain(progress: Progress) -> None:
    if progress.done % 10 == 0 or progress.done == progress.of:
        ERR.print(f"  {progress.done} of {progress.of} records", markup=False)


def _print(report: NightReport) -> None:
    OUT.print(
        f"Run {report.run_id} for {report.slot:%Y-%m-%d %H:%M} UTC: {report.records} records"
        + (f" ({report.resumed} sealed before the interruption)" if report.resumed else "")
        + f", {report.gaps} gaps, log of {report.log_size} entries sealed"
        + (", AWAITING A TIMESTAMP." if report.awaiting_timestamp else " and timestamped."),
        markup=False,
    )
    if report.judged_again:
        OUT.print(
            f"The rules have changed: {report.judged_again} earlier nights were judged again from "
            "their sealed pages; what was sealed stays beside it.",
            markup=False,
        )
    if report.gaps:
        OUT.print("Gaps are evidence too; see them with `annexa status`.", markup=False)


def _print_status(found: Status) -> None:
    log = found.log
    OUT.print(f"Log {log.origin}: {log.size} entries, {log.sealed} sealed.", markup=False)
    OUT.print(f"Time: {log.time}.  Store: {log.store}.", markup=False)
    for warning in log.dating.warnings:
        OUT.print(f"Warning: {warning}.", markup=False)
    OUT.print(log.guarantee, markup=False)
    if not found.connections:
        OUT.print("No connection yet; add one with `annexa connection add`.")
    for one in found.connections:
        OUT.print(
            f"\n{one.name}  tenant {one.tenant_id}  schedule {one.schedule} UTC", markup=False
        )
        _print_nights(one)
        _print_verdicts(one)


def _print_nights(one: ConnectionStatus) -> None:
    if not one.nights:
        OUT.print("  no night yet; collect one with `annexa collect`")
    for night in one.nights:
        text = f"  {night.slot:%Y-%m-%d %H:%M}  {night.state.replace('_', ' ')}"
        OUT.print(text + (f"  {night.detail}" if night.detail else ""), markup=False)
    if one.clock:
        warning = "Warning: " if one.clock_suspect else ""
        OUT.print(f"  {warning}{one.clock}", markup=False)


def _print_verdicts(one: ConnectionStatus) -> None:
    for gap in one.gaps:
        OUT.print(f"  gap: {gap}", markup=False)
    if one.verdicts:
        counts = ", ".join(f"{n} {status}" for status, n in one.verdicts.items())
        OUT.print(f"  verdicts of the last collected night: {counts}", markup=False)
    if one.azure_policy:
        OUT.print(f"  {one.azure_policy}; see `annexa disagreements`", markup=False)
    for sentence in one.other_rules:
        OUT.print(f"  rules: {sentence}", markup=False)
