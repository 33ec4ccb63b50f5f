"""verify: a store, a run, an entry, a bundle or a pack."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.edge import OUT, Json, clock, home_folder, parse_day, print_json
from app.cli.evidence.demands import (
    OF_A_BUNDLE,
    At,
    LogVkey,
    PeriodAsked,
    Revocations,
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
from app.services.proof.whole_store import (
    NO_DEMANDS,
    Demands,
    Findings,
    seal_root,
    time_roots,
    verify_bundle_file,
    verify_redacted,
    verify_store,
)

FAILED = 5


def verify(
    ctx: typer.Context,
    bundle: Annotated[
        Path | None, typer.Argument(help="A bundle; left out: the whole store.")
    ] = None,
    run: Annotated[str | None, typer.Option(help="Only this run of the store, by its id.")] = None,
    record: Annotated[
        str | None, typer.Option(help="Only this record, by its id or its number in the log.")
    ] = None,
    pack: Annotated[Path | None, typer.Option(help="A pack's PDF and its seal.")] = None,
    redacted: Annotated[
        list[Path] | None,
        typer.Option(help="A copy with parts hidden, once for each."),
    ] = None,
    revealed: Annotated[
        list[Path] | None, typer.Option(help="What is told of hidden parts of a copy.")
    ] = None,
    root: Root = None,
    log_vkey: LogVkey = None,
    time_root: TimeRoot = None,
    at: At = None,
    seal_subject: SealSubject = None,
    seal_cert: SealCert = None,
    witness: Witness = None,
    since: Since = None,
    period: PeriodAsked = None,
    crl: Revocations = None,
    *,
    as_json: Json = False,
) -> None:
    """Check a bundle, a pack, or the store: entries, tiles, checkpoints, tokens (code 5: fault)."""
    if sum(bool(one) for one in (bundle, run, record, pack, redacted)) > 1:
        raise UsageError(
            "name one thing to verify: a bundle, --run, --record, --pack or --redacted"
        )
    demands = demanded(seal_subject, seal_cert, witness, since, period, crl)
    home = home_folder(ctx)
    roots = time_root or ([] if root else time_roots(home))
    anchor = root or seal_root(home)
    if redacted:
        _refuse_demands(at, demands)
        key = log_vkey or home / "trust" / "log.vkey"
        findings = verify_redacted(redacted, revealed or [], key)
    elif bundle is not None:
        key = log_vkey or home / "trust" / "log.vkey"
        findings = verify_bundle_file(bundle, anchor, key, roots, at, demands)
    elif pack is not None:
        findings = _pack(pack, anchor, roots, at, demands)
    else:
        _refuse_demands(at, demands)
        findings = _store(ctx, run, record)
    _show(findings, as_json=as_json)
    if findings.faults:
        raise typer.Exit(FAILED)


def _refuse_demands(at: str | None, demands: Demands) -> None:
    if demands != NO_DEMANDS:
        raise UsageError(f"{OF_A_BUNDLE} are for a bundle or a pack")
    if at is not None:
        raise UsageError(
            "--at is for a bundle or a pack; each token of a store is judged at its own time"
        )


def _store(ctx: typer.Context, run: str | None, record: str | None) -> Findings:
    from app.services.proof.run import verify_entry, verify_run

    with opened(ctx, judged=run is None and record is None) as ports:
        if run is not None:
            return verify_run(ports, run)
        if record is not None:
            return verify_entry(ports, record)
        return verify_store(ports)


def _pack(pack: Path, root: Path, roots: list[Path], at: str | None, demands: Demands) -> Findings:
    from app.services.proof.pdf import verify_pack

    if demands.witnesses or demands.since or demands.period is not None:
        raise UsageError(
            "--witness, --since and --period are for a bundle: a PDF carries no checkpoint"
        )
    if at is None:
        when = clock()
    else:
        when = datetime.fromtimestamp(int(at), UTC) if at.isdecimal() else parse_day(at)
    return verify_pack(pack, root, roots or [root], when, demands)


def _show(findings: Findings, *, as_json: bool) -> None:
    if as_json:
        print_json({"verified": not findings.faults, **asdict(findings)})
        return
    for note in findings.notes:
        OUT.print(printable(f"NOTE  {note}"))
    for fault in findings.faults:
        OUT.print(printable(f"FAIL  {fault.object}: {fault.reason} [{fault.code}]"))
    OUT.print(f"{findings.what}: {findings.result}")
