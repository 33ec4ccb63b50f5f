"""reperform: the verdicts computed again from what Azure answered."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.edge import OUT, Json, home_folder, print_json
from app.cli.evidence.demands import (
    OF_A_BUNDLE,
    At,
    LogVkey,
    PeriodAsked,
    Root,
    SealCert,
    SealSubject,
    Since,
    TimeRoot,
    Witness,
    demanded,
)
from app.cli.opened import opened
from app.errors import UsageError
from app.packs.verify.checks import printable
from app.services.proof.whole_store import NO_DEMANDS, seal_root, time_roots

if TYPE_CHECKING:
    from app.services.reperforming.reperform import Reperformance

FAILED = 5


class Rules(StrEnum):
    """By which rules."""

    SEALED = "sealed"
    CURRENT = "current"


def reperform(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar="BUNDLE|RUN", help="A bundle, or a run's id.")],
    rules: Annotated[
        Rules, typer.Option(help="The rules sealed then, or what today's would say.")
    ] = Rules.SEALED,
    root: Root = None,
    log_vkey: LogVkey = None,
    seal_subject: SealSubject = None,
    seal_cert: SealCert = None,
    witness: Witness = None,
    since: Since = None,
    period: PeriodAsked = None,
    time_root: TimeRoot = None,
    at: At = None,
    *,
    as_json: Json = False,
) -> None:
    """Compute every item, verdict and assessment again from the raw pages. Exit code 5."""
    from app.services.nights.rules_archive import rules_archive
    from app.services.reperforming.reperform import reperform_bundle, reperform_run

    instead = rules_archive() if rules is Rules.CURRENT else None
    demands = demanded(seal_subject, seal_cert, witness, since, period)
    if _is_bundle(target):
        home = home_folder(ctx)
        anchors = root or seal_root(home), log_vkey or home / "trust" / "log.vkey"
        roots = time_root or ([] if root else time_roots(home))
        found = reperform_bundle(Path(target), *anchors, instead, demands, roots, at)
    elif demands != NO_DEMANDS or time_root or at is not None:
        raise UsageError(f"{OF_A_BUNDLE}, --time-root and --at are for a bundle")
    else:
        with opened(ctx) as ports:
            found = reperform_run(ports, target, instead)
    if as_json:
        print_json({"equal": not found.differences, **asdict(found)})
    else:
        _show(found)
    if found.differences and instead is None:
        raise typer.Exit(FAILED)


def _is_bundle(target: str) -> bool:
    return Path(target).is_file() or "/" in target or "." in target


def _show(found: "Reperformance") -> None:
    for one in found.differences:
        OUT.print(
            printable(f"DIFF  {one.object}: {one.about} [{one.code}]"),
            printable(f"      sealed        {one.sealed}"),
            printable(f"      re-performed  {one.found}"),
            sep="\n",
        )
    if found.rules == Rules.CURRENT:
        OUT.print(
            "By TODAY'S rules, not by those the evidence was judged with: a difference says what "
            "would be found now, not that anything is wrong with what was sealed."
        )
    for digest in found.rules_sha256:
        OUT.print(f"rules        {found.rules}, SHA-256 {digest}")
    for name in ("records", "items", "verdicts", "assessments", "tables"):
        tally = getattr(found, name)
        if name == "tables" and not tally.done:
            continue  # of a run, or drawn by an annexa before tables were bound to the log
        OUT.print(f"{name:12} {tally.equal} of {tally.done} equal")
    said = f"{len(found.differences)} difference(s)" if found.differences else "EQUAL"
    OUT.print(f"{found.what}: {said}")
