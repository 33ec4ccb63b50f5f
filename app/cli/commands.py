"""The command tree."""

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from app.cli.edge import OUT, default_home
from app.cli.lazy import Lazy, LazyGroup

KNOWN_WITHOUT_A_HOME = ("collectors", "permissions")
"""They tell what this program is: they open nothing and log nothing."""


class Commands(LazyGroup):
    """In the order in which somebody meets them."""

    table: ClassVar[dict[str, Lazy]] = {
        "init": Lazy("app.cli.upkeep.init:init", "Make a home: settings, keys, store and log."),
        "permissions": Lazy(
            "app.cli.sources:permissions",
            "The least rights the collectors need: a custom role and Graph permissions.",
        ),
        "collectors": Lazy(
            "app.cli.sources:collectors",
            "Every source and its checks, with controls and the expectations they are measured by.",
        ),
        "connection": Lazy("app.cli.collection.connection:app", "Tenants to collect from."),
        "collect": Lazy(
            "app.cli.collection.collect:collect",
            "Collect a connection now: ask, seal, index. Exit code 4 when there were gaps.",
        ),
        "status": Lazy(
            "app.cli.upkeep.status:status", "Nights, missed nights, gaps and the state of the log."
        ),
        "disagreements": Lazy(
            "app.cli.evidence.disagreements:disagreements",
            "Where Azure Policy's own states differ from the verdicts of the newest night,"
            " and why.",
        ),
        "verdict": Lazy(
            "app.cli.evidence.verdict:verdict",
            "What a check answered on one subject, on a day and since when.",
        ),
        "pack": Lazy(
            "app.cli.evidence.controls:pack",
            "Draw the PDF pack of a period and seal its bundle.",
        ),
        "verify": Lazy(
            "app.cli.evidence.verification:verify",
            "Check a bundle, a pack, or the store: entries, tiles, checkpoints, tokens"
            " (code 5: fault).",
        ),
        "redact": Lazy(
            "app.cli.evidence.redaction:redact",
            "Copy a record and its pages with parts hidden; the rest still proves that it was"
            " sealed.",
        ),
        "reveal": Lazy(
            "app.cli.evidence.redaction:reveal",
            "Tell single hidden parts of a redacted copy, with what proves them.",
        ),
        "reperform": Lazy(
            "app.cli.evidence.reperform:reperform",
            "Compute every item, verdict and assessment again from the raw pages. Exit code 5.",
        ),
        "log": Lazy(
            "app.cli.evidence.log:app", "The evidence log: entries, checkpoints and proofs."
        ),
        "time": Lazy("app.cli.upkeep.time:app", "The time authorities that date the log."),
        "restamp": Lazy(
            "app.cli.upkeep.time:restamp",
            "Stamp checkpoints that await it, and renew before certificates expire.",
        ),
        "hold": Lazy("app.cli.upkeep.hold:app", "Legal holds, one for each engagement."),
        "retention": Lazy(
            "app.cli.upkeep.hold:retention", "How long evidence is kept: only ever longer."
        ),
        "worm": Lazy("app.cli.upkeep.worm:app", "Write once, read many: the lock."),
        "verify-worm": Lazy(
            "app.cli.upkeep.worm:prove",
            "Try to overwrite, delete and unprotect an object of its own."
            " Exit code 5 if not immutable.",
        ),
        "trust": Lazy("app.cli.upkeep.trust:app", "Keys of this installation."),
        "witness": Lazy(
            "app.cli.upkeep.witness:app", "Cosign other people's logs, and have your own cosigned."
        ),
        "token": Lazy("app.cli.upkeep.token:app", "Bearer tokens of the API."),
        "reindex": Lazy(
            "app.cli.evidence.controls:reindex", "Drop the SQL index and rebuild it from the store."
        ),
        "serve": Lazy("app.cli.collection.serve:serve", "Serve the API, and collect every night."),
        "demo": Lazy(
            "app.cli.demo.command:demonstrate",
            "Collect five simulated nights, seal them, issue a pack,"
            " verify its bundle with openssl.",
        ),
    }


app = typer.Typer(
    name="annexa",
    cls=Commands,
    help="ISO/IEC 27001 evidence from Azure, sealed every night, verifiable without us.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if asked:
        OUT.print(f"annexa {installed_version('annexa')}")
        raise typer.Exit


@app.callback()
def main(
    ctx: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Home folder [ANNEXA_HOME, else ./annexa-home].")
    ] = None,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", help="Logs on stderr.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Which this is."),
    ] = False,
) -> None:
    """Choose the home folder."""
    del version
    ctx.obj = home or default_home()
    if ctx.invoked_subcommand not in KNOWN_WITHOUT_A_HOME:
        from app.json_log import configure_logs

        configure_logs(verbose=verbose)
