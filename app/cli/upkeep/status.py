"""status: nights, gaps and the log, at a glance."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.edge import OUT, Json, print_json
from app.cli.opened import opened
from app.controls.nights import late_by, late_words
from app.evidence.observed import Night
from app.services.reading.status import ConnectionStatus, LogStatus, status_of


def status(
    ctx: typer.Context,
    connection: Annotated[
        str | None, typer.Argument(help="Connection; may be left out when there is one.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Nights, missed nights, gaps and the state of the log."""
    with opened(ctx) as ports:
        found = status_of(ports, connection)
    if as_json:
        print_json(asdict(found))
        return
    _print_log(found.log)
    if not found.connections:
        OUT.print("No connection yet; add one with `annexa connection add`.")
    for one in found.connections:
        _print_connection(one)


def _print_log(log: LogStatus) -> None:
    OUT.print(f"Log {log.origin}: {log.size} entries, {log.sealed} sealed.")
    OUT.print(f"Time: {log.time}.  Store: {log.store}.")
    for warning in log.dating.warnings:
        OUT.print(f"Warning: {warning}.")
    OUT.print(log.guarantee)
    for witness in log.witnesses:
        warning = "Warning: " if witness.behind else ""
        OUT.print(f"{warning}{witness.sentence}.")


def _print_connection(one: ConnectionStatus) -> None:
    OUT.print(f"\n{one.name}  tenant {one.tenant_id}  schedule {one.schedule} {one.time_zone}")
    for night in one.nights:
        OUT.print(f"  {_night(night)}")
    if one.nights:
        OUT.print(f"  of the last 14 days: {one.counted.sentence}")
    if one.standing:
        OUT.print(f"  {one.standing}")
    if one.next_nights:
        planned = ", ".join(night.sentence for night in one.next_nights)
        OUT.print(f"  next nights: {planned}")
    if one.notice:
        OUT.print(f"  Note: {one.notice}.")
    _print_evidence(one)


def _print_evidence(one: ConnectionStatus) -> None:
    """What the last collected night showed."""
    if one.clock:
        warning = "Warning: " if one.clock_suspect else ""
        OUT.print(f"  {warning}{one.clock}")
    for sentence in one.lost_sight:
        OUT.print(f"  lost sight: {sentence}")
    for sentence in one.scope_limits:
        OUT.print(f"  scope: {sentence}")
    for gap in one.gaps:
        OUT.print(f"  gap: {gap}")
    if one.verdicts:
        counts = ", ".join(f"{n} {status}" for status, n in one.verdicts.items())
        OUT.print(f"  verdicts of the last collected night: {counts}")
    if one.azure_policy:
        OUT.print(f"  {one.azure_policy}; see `annexa disagreements`")
    for sentence in one.changes:
        OUT.print(f"  changed: {sentence}")
    for sentence in one.other_rules:
        OUT.print(f"  rules: {sentence}")


def _night(night: Night) -> str:
    """`2026-11-23 02:00  complete  collected 12 h late`."""
    late = late_by(night)
    said = [
        f"{night.slot:%Y-%m-%d %H:%M}",
        night.state.replace("_", " "),
        late_words(late) if late else "",
        "by hand" if night.manual else "",
        night.detail,
    ]
    return "  ".join(part for part in said if part)
