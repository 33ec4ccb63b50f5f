"""verify-worm: what the store really refuses; worm lock: so that it does for ever."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.edge import ERR, OUT, Json, print_json
from app.cli.opened import opened
from app.errors import UsageError
from app.services.protection.holds import lock_store
from app.services.protection.worm_trial import WormReport, verify_worm
from app.store.canary import Attempt

NOT_IMMUTABLE = 5
app = typer.Typer(
    help="Write once, read many: the lock.", no_args_is_help=True, rich_markup_mode=None
)


def prove(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Try to overwrite, delete and unprotect an object of its own. Exit code 5 if not immutable."""
    with opened(ctx) as ports:
        report = verify_worm(ports)
    if as_json:
        print_json(report.fact.detail())
    else:
        _print(report)
    if not report.immutable:
        raise typer.Exit(NOT_IMMUTABLE)


@app.command()
def lock(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Option(
            "--i-understand-that-this-can-never-be-undone",
            metavar="CONTAINER",
            help="The container's name, instead of typing it when asked.",
        ),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Lock the policy of every object in the store. Nobody can undo that, ever."""
    with opened(ctx) as ports:
        kept = lock_store(ports, lambda container: _asked(container) if name is None else name)
    if as_json:
        print_json(asdict(kept))
        return
    OUT.print(
        f"{kept.objects - kept.left} of {kept.objects} objects are locked, {kept.changed} of them "
        "now.\nSet locked = true under [store], or lock the container's default policy, so that "
        "what is written from now on is locked as well."
    )
    if kept.left:
        OUT.print(f"{kept.left} objects have no policy to lock: see `annexa retention extend`.")


def _asked(container: str) -> str:
    ERR.print(
        "Locked objects can be deleted by nobody before their time: not by you, not by an "
        "administrator, not by Microsoft's support. This can never be undone."
    )
    if not sys.stdin.isatty():
        raise UsageError(
            "nobody is there to type the container's name; name it with "
            "--i-understand-that-this-can-never-be-undone"
        )
    return str(typer.prompt(f"Type the container's name ({container}) to lock it", err=True))


def _print(report: WormReport) -> None:
    for attempt in report.trial.attempts:
        OUT.print(f"{attempt.name:28} {_answer(attempt)}")
    OUT.print(f"\n{report.store}\n{report.verdict}")
    if report.trial.canaries:
        OUT.print(f"Tried on {', '.join(report.trial.canaries)}")


def _answer(attempt: Attempt) -> str:
    answer = " ".join(str(part) for part in (attempt.status, attempt.code) if part)
    told = [str(attempt.outcome)] + [f"({answer})"] * bool(answer)
    return " ".join(told) + (f": {attempt.detail}" if attempt.detail else "")
