"""collect: one night now."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from app.cli.edge import ERR, OUT, Json, print_json
from app.cli.opened import opened
from app.services.connections.register import find_connection
from app.services.home.installation import Ports
from app.services.nights.attempt import NightReport, Progress, Told
from app.services.nights.night import collect_night, collect_now
from app.services.nights.schedule.interrupted import interrupted_runs

GAPS = 4
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
        ERR.print(f"collecting {name}")
        yield _plain
        return
    columns = (
        TextColumn("{task.description}", markup=False),
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
        ERR.print(f"  {progress.done} of {progress.of} records")


def _print(report: NightReport) -> None:
    OUT.print(
        f"Run {report.run_id} for {report.slot:%Y-%m-%d %H:%M} UTC: {report.records} records"
        + (f" ({report.resumed} sealed before the interruption)" if report.resumed else "")
        + f", {report.gaps} gaps, log of {report.log_size} entries sealed"
        + (", AWAITING A TIMESTAMP." if report.awaiting_timestamp else " and timestamped.")
    )
    if report.judged_again:
        OUT.print(
            f"The rules have changed: {report.judged_again} earlier nights were judged again from "
            "their sealed pages; what was sealed stays beside it."
        )
    if report.gaps:
        OUT.print("Gaps are evidence too; see them with `annexa status`.")
