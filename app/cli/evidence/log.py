"""log: entries, checkpoints, proofs, and whether the log is still the one somebody was shown."""

import getpass
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.edge import ERR, OUT, Json, print_json
from app.cli.opened import opened
from app.errors import NotFoundError, RefusedError, UnavailableError, UsageError
from app.packs.verify.checks import printable
from app.packs.verify.log.checkpoint import as_signed
from app.services.reading.log_audit import (
    consistency_proof,
    entry_proof,
    seen_checkpoints,
    seen_entries,
    verify_since,
)
from app.services.upkeep.resumption import resume_log

FAILED = 5
app = typer.Typer(
    help="The evidence log: entries, checkpoints and proofs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Out = Annotated[Path | None, typer.Option(help="Write it to this file.")]


@app.command()
def proof(
    ctx: typer.Context,
    seq: Annotated[int, typer.Argument(min=0, help="Number of the entry.")],
    size: Annotated[int | None, typer.Option(help="Of this checkpoint [the last].")] = None,
    out: Out = None,
) -> None:
    """Prove that an entry is in the log: a C2SP tlog-proof, verified offline."""
    with opened(ctx) as ports:
        _give(entry_proof(ports, seq, size), out)


@app.command()
def consistency(
    ctx: typer.Context,
    first: Annotated[int, typer.Argument(metavar="FROM", help="Entries of the earlier one.")],
    last: Annotated[
        int | None, typer.Argument(metavar="[TO]", help="Entries of the later one [the last].")
    ] = None,
    out: Out = None,
) -> None:
    """Prove that the log only grew between two checkpoints: both, and the hashes between."""
    with opened(ctx) as ports:
        _give(consistency_proof(ports, first, last), out)


@app.command()
def checkpoints(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Every checkpoint: when it was signed, when stamped, and by whom."""
    with opened(ctx) as ports:
        found = list(seen_checkpoints(ports))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        exact = one.stamped_exact.replace("T", " ").removesuffix("Z")
        stamped = f"stamped {exact}" if exact else "not stamped"
        OUT.print(
            f"{one.size:>9}  signed {one.signed_at:%Y-%m-%d %H:%M:%S}  {stamped}  "
            f"{one.authority} ({one.assurance}), {one.tokens} token(s)"
        )


@app.command()
def entries(
    ctx: typer.Context,
    first: Annotated[
        int | None, typer.Option("--from", min=0, help="First number [the newest ones].")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    *,
    as_json: Json = False,
) -> None:
    """Entries of the log, one line each."""
    with opened(ctx) as ports:
        size = ports.open_log().size
        found = list(seen_entries(ports, first, limit))
    if len(found) < size:
        said = f"{len(found)} of {size} entries; --from NUMBER and --limit show others"
        ERR.print(said)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        OUT.print(f"{one.seq:>9}  {one.at}  {one.kind:20} {one.what}")


@app.command()
def verify(
    ctx: typer.Context,
    since: Annotated[Path, typer.Option(help="Checkpoint that was given out earlier.")],
    *,
    as_json: Json = False,
) -> None:
    """Is the log still the one that this checkpoint spoke for? Exit code 5 when it is not."""
    note = _read(since)
    with opened(ctx) as ports:
        found = verify_since(ports, note)
    if as_json:
        print_json({"verified": not found.faults, **asdict(found)})
    else:
        for fault in found.faults:
            OUT.print(printable(f"FAIL  {fault.object}: {fault.reason} [{fault.code}]"))
        OUT.print(f"{found.what}: {found.result}")
    if found.faults:
        raise typer.Exit(FAILED)


@app.command()
def resume(
    ctx: typer.Context,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="The newest checkpoint that anybody holds, such as auditors."),
    ] = None,
    *,
    without_checkpoint: Annotated[
        bool,
        typer.Option("--without-checkpoint", help="Nobody holds one; asks for the log's name."),
    ] = False,
) -> None:
    """After a restore: let a log go on that nothing here remembers, and seal that it does.

    A store that is an older copy would be continued as another log under the same name. Notices
    of checkpoints (`annexa log entries`, kind checkpoint_sent) tell who was sent one.
    """
    if (checkpoint is None) != without_checkpoint:
        raise UsageError("give either --checkpoint FILE or --without-checkpoint")
    note = None if checkpoint is None else _read(checkpoint)
    with opened(ctx) as ports:
        origin = ports.trust.origin
        if note is None:
            typed = typer.prompt(f"Type the log's name ({origin}) to go on without one", err=True)
            if str(typed) != origin:
                raise RefusedError(
                    f"{typed!r} is not the log's name; nothing was written", code="not_confirmed"
                )
        resumed = resume_log(ports, note, getpass.getuser())
    OUT.print(f"The log of {resumed.entries} entries goes on; entry {resumed.entries} says so.")


def _read(path: Path) -> bytes:
    """A file that came by mail or was saved by an editor: as it was sent."""
    try:
        return as_signed(path.read_bytes())
    except FileNotFoundError:
        raise NotFoundError(f"there is no checkpoint at {path}", code="file_unknown") from None
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read: {error.strerror}") from error


def _give(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnavailableError(f"{out} cannot be written: {error.strerror}") from error
    ERR.print(f"written to {out}")
