"""restamp."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from app.cli.edge import OUT, opened, print_json
from app.services.restamping import Restamped
from app.services.restamping import restamp as restamp_now

STILL_AWAITING = 3
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def restamp(
    ctx: typer.Context,
    expiring_within: Annotated[
        int | None,
        typer.Option(min=0, max=36500, help="Renew tokens whose certificates expire in DAYS."),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Renew every checkpoint's token.")] = False,
    as_json: Json = False,
) -> None:
    """Stamp checkpoints that await it, and renew before certificates expire.

    Exit code 3 while one still waits.
    """
    with opened(ctx) as ports:
        within = ports.settings.renew_within
        if expiring_within is not None:
            within = timedelta(days=expiring_within)
        done = restamp_now(ports, within, every=every)
    if as_json:
        print_json(asdict(done))
    else:
        _print(done)
    if done.awaiting:
        raise typer.Exit(STILL_AWAITING)


def _print(done: Restamped) -> None:
    OUT.print(
        f"Checkpoints stamped now: {_sizes(done.stamped)}; renewed: {_sizes(done.renewed)}.",
        markup=False,
    )
    for one in done.awaiting:
        OUT.print(
            f"Checkpoint {one.size}, signed {one.signed_at:%Y-%m-%d %H:%M:%S} UTC, still awaits a "
            f"timestamp: {one.reason}",
            markup=False,
        )
    if done.expiring:
        OUT.print(
            f"No authority offers a longer-lived token yet for: {_sizes(done.expiring)}.",
            markup=False,
        )


def _sizes(sizes: tuple[int, ...]) -> str:
    return ", ".join(str(size) for size in sizes) or "none"
