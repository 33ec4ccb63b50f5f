"""hold set, clear, list and retention extend."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Annotated

import typer

from app.cli.edge import OUT, Json, print_json
from app.cli.opened import opened
from app.errors import UsageError
from app.services.protection.holds import (
    clear_hold,
    default_until,
    extend_retention,
    holds,
    set_hold,
)
from app.services.protection.period_objects import Days

app = typer.Typer(
    help="Legal holds, one for each engagement.", no_args_is_help=True, rich_markup_mode=None
)
retention = typer.Typer(
    help="How long evidence is kept: only ever longer.", no_args_is_help=True, rich_markup_mode=None
)
Engagement = Annotated[str, typer.Argument(help="Name of the audit.")]
First = Annotated[str, typer.Option("--from", help="First day.")]
Last = Annotated[str, typer.Option("--to", help="Last day.")]


@app.command("set")
def set_one(
    ctx: typer.Context, engagement: Engagement, first: First, last: Last, *, as_json: Json = False
) -> None:
    """Put all evidence of a period under legal hold."""
    with opened(ctx) as ports:
        kept = set_hold(ports, engagement, _days(first, last))
    if as_json:
        print_json(asdict(kept))
        return
    OUT.print(f"{kept.objects} objects are held for {engagement}, {kept.changed} of them now.")


@app.command("clear")
def clear(
    ctx: typer.Context,
    engagement: Engagement,
    first: Annotated[str | None, typer.Option("--from", help="First day [all holds].")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day [all holds].")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Clear an engagement's legal holds; objects that another hold needs stay held."""
    if (first is None) != (last is None):
        raise UsageError("--from and --to go together; without both, all holds are cleared")
    days = _days(first, last) if first is not None and last is not None else None
    with opened(ctx) as ports:
        cleared = clear_hold(ports, engagement, days)
    if as_json:
        print_json([asdict(kept) for kept in cleared])
        return
    for kept in cleared:
        OUT.print(
            f"Cleared: {kept.changed} of {kept.objects} objects; {kept.left} stay held for others."
        )


@app.command("list")
def list_all(
    ctx: typer.Context,
    engagement: Annotated[str | None, typer.Argument(help="Only of this audit.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Legal holds that stand."""
    with opened(ctx) as ports:
        found = holds(ports, engagement)
    if as_json:
        print_json([{**asdict(hold), "days": asdict(hold.days)} for hold in found])
        return
    for hold in found:
        OUT.print(
            f"{hold.engagement}  {hold.days.first} to {hold.days.last}  {hold.objects} objects  "
            f"since {hold.since:%Y-%m-%d %H:%M} UTC"
        )
    if not found:
        OUT.print("No legal hold stands.")


@retention.command("extend")
def extend(
    ctx: typer.Context,
    first: First,
    last: Last,
    until: Annotated[
        str | None, typer.Option(help="Last day kept [end of the year, six years on].")
    ] = None,
    years: Annotated[
        int | None, typer.Option(help="Calendar years after the current one.", min=0, max=399)
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Keep all evidence of a period longer. Never shortens."""
    if until is not None and years is not None:
        raise UsageError("say --until or --years, not both")
    with opened(ctx) as ports:
        end = default_until(ports, years) if until is None else _end_of(_day(until))
        kept = extend_retention(ports, _days(first, last), end)
    if as_json:
        print_json({"until": end, **asdict(kept)})
        return
    OUT.print(
        f"{kept.objects} objects are kept until {end:%Y-%m-%d}, {kept.changed} of them longer "
        "than before."
    )


def _days(first: str, last: str) -> Days:
    return Days(first=_day(first), last=_day(last))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day like 2026-11-23") from None


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)
