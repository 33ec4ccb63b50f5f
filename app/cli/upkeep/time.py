"""restamp, and time check."""

import getpass
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from app.cli.edge import OUT, Json, print_json
from app.cli.opened import opened
from app.services.nights.clock.correction import correct_by_hand
from app.services.upkeep.restamp import Restamped
from app.services.upkeep.restamp import restamp as restamp_now
from app.services.upkeep.time_authorities import Tried, try_authorities

STILL_AWAITING = 3
NOT_VERIFIED = 5
app = typer.Typer(
    help="The time authorities that date the log.", no_args_is_help=True, rich_markup_mode=None
)


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
    OUT.print(f"Checkpoints stamped now: {_sizes(done.stamped)}; renewed: {_sizes(done.renewed)}.")
    for one in done.awaiting:
        OUT.print(
            f"Checkpoint {one.size}, signed {one.signed_at:%Y-%m-%d %H:%M:%S} UTC, still awaits a "
            f"timestamp: {one.reason}"
        )
    if done.expiring:
        OUT.print(f"No authority offers a longer-lived token yet for: {_sizes(done.expiring)}.")


def _sizes(sizes: tuple[int, ...]) -> str:
    return ", ".join(str(size) for size in sizes) or "none"


@app.command()
def check(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Try each time authority with a throw-away digest: will bundles with its tokens verify?

    Nothing is stored. Exit code 0 when all will; 3 when one cannot be reached; 5 when the tokens of
    one would not verify.
    """
    with opened(ctx) as ports:
        tried = try_authorities(ports)
    if as_json:
        print_json({"authorities": [asdict(one) for one in tried]})
    else:
        for one in tried:
            _tell(one)
    if not all(one.bundles_verify for one in tried if one.reached):
        raise typer.Exit(NOT_VERIFIED)
    if not all(one.reached for one in tried):
        raise typer.Exit(STILL_AWAITING)


@app.command()
def correct(
    ctx: typer.Context,
    why: Annotated[str, typer.Option(help="What had happened to the clock, for auditors.")],
) -> None:
    """Seal that the clock had run ahead and is right now, where nothing else can vouch for it."""
    with opened(ctx) as ports:
        fact = correct_by_hand(ports, why, getpass.getuser())
    OUT.print(
        f"Entries claim times up to {fact.ahead:%Y-%m-%d %H:%M} UTC; an entry of "
        f"{fact.corrected:%Y-%m-%d %H:%M} UTC says why."
    )


def _tell(one: Tried) -> None:
    where = f" ({one.url})" if one.url else ""
    answers = [
        "reached" if one.reached else "not reached",
        *(["token accepted" if one.accepted else "token refused"] if one.reached else []),
        *([f"it says {one.time}"] if one.time else []),
        "bundles will verify" if one.bundles_verify else "",
    ]
    OUT.print(f"{one.name}{where}: {', '.join(filter(None, answers))}")
    if one.reason:
        OUT.print(f"    {one.reason}")
    elif one.assurance == "development":
        OUT.print(
            "    This is the built-in development authority: it proves nothing about time. Name "
            "others under [[time_authorities]] in annexa.toml."
        )
