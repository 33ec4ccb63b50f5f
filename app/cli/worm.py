"""verify-worm: what the store really refuses."""

from typing import Annotated

import typer

from app.cli.edge import OUT, opened, print_json
from app.services.worm import WormReport, verify_worm
from app.store.canary import Attempt

NOT_IMMUTABLE = 5
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def prove(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Try to overwrite, delete and unprotect an object of its own. Exit code 5 if not immutable."""
    with opened(ctx) as ports:
        report = verify_worm(ports)
    if as_json:
        print_json(report.detail())
    else:
        _print(report)
    if not report.immutable:
        raise typer.Exit(NOT_IMMUTABLE)


def _print(report: WormReport) -> None:
    for attempt in report.trial.attempts:
        OUT.print(f"{attempt.name:28} {_answer(attempt)}", markup=False)
    OUT.print(f"\n{report.store}\n{report.verdict}", markup=False)
    if report.trial.canaries:
        OUT.print(f"Tried on {', '.join(report.trial.canaries)}", markup=False)


def _answer(attempt: Attempt) -> str:
    answer = " ".join(str(part) for part in (attempt.status, attempt.code) if part)
    told = [str(attempt.outcome)] + [f"({answer})"] * bool(answer)
    return " ".join(told) + (f": {attempt.detail}" if attempt.detail else "")
