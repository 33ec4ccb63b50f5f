"""The command tree."""

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from app.cli.collection import collect as collecting
from app.cli.collection import connection
from app.cli.collection import serve as serving
from app.cli.edge import OUT, clock, default_home, home_folder, opened, print_json
from app.cli.evidence import controls as evidence
from app.cli.evidence import disagreements, reperform, verdict, verification
from app.cli.evidence.checks_page import checks_page
from app.cli.evidence.log import app as log_commands
from app.cli.upkeep import hold, status, time, token, worm
from app.cli.upkeep.trust import app as trust_commands
from app.json_log import configure_logs
from app.services.upkeep.new_home import initialise
from collectors.kit.permissions import azure_actions, custom_role, graph_permissions
from collectors.kit.registry import all_collectors

app = typer.Typer(
    name="annexa",
    help="ISO/IEC 27001 evidence from Azure, sealed every night, verifiable without us.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(connection.app, name="connection")
app.add_typer(token.app, name="token")
app.add_typer(hold.app, name="hold")
app.add_typer(hold.retention, name="retention")
app.add_typer(worm.app, name="worm")
app.add_typer(log_commands, name="log")
app.add_typer(trust_commands, name="trust")
app.add_typer(time.app, name="time")
app.command()(time.restamp)

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


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
    configure_logs(verbose=verbose)


def init(
    ctx: typer.Context,
    organisation: Annotated[str, typer.Option(help="As packs name it.")] = "Unnamed organisation",
    *,
    as_json: Json = False,
) -> None:
    """Make a home: settings, keys, store and log."""
    made = initialise(home_folder(ctx), organisation, clock)
    if as_json:
        print_json(
            {
                "home": made.home,
                "origin": made.origin,
                "root_file": made.root_file,
                "vkey_file": made.vkey_file,
                "vkey": made.vkey,
                "root_sha256": made.root_sha256,
            }
        )
        return
    OUT.print(f"Home made in {made.home}.", markup=False)
    OUT.print(
        "\nNote these two out of band: an auditor verifies every bundle against them.\n"
        f"  root certificate  {made.root_file}\n    SHA-256 {made.root_sha256}\n"
        f"  log key           {made.vkey_file}\n    {made.vkey}\n\n"
        "The built-in development time authority proves nothing about time; set a real one under "
        f"[[time_authorities]] in {made.home / 'annexa.toml'}.\n"
        "Next: annexa connection add NAME --tenant ID --client-id ID --client-secret-env VAR",
        markup=False,
    )


def permissions(
    scope: Annotated[
        str, typer.Option(help="Where the role may be assigned.")
    ] = "/providers/Microsoft.Management/managementGroups/<tenant id>",
    *,
    as_json: Json = False,
) -> None:
    """The least rights the collectors need: a custom role and Graph permissions."""
    known = all_collectors()
    if as_json:
        print_json({"role": custom_role(known, scope), "graph": graph_permissions(known)})
        return
    OUT.print(
        "Azure custom role (az role definition create --role-definition <file>; --json prints it):"
    )
    for action in azure_actions(known):
        OUT.print(f"  {action}", markup=False)
    OUT.print("\nMicrosoft Graph application permissions (admin consent needed):")
    for permission in graph_permissions(known):
        OUT.print(f"  {permission}", markup=False)
    OUT.print("\nNo permission writes, and none returns a secret.")


def demo(
    out: Annotated[Path, typer.Option(help="Folder to make anew.")] = Path("demo-out"),
) -> None:
    """Collect five simulated nights, seal them, issue a pack, verify its bundle with openssl."""
    from app.cli.demo.command import demonstrate

    demonstrate(out)


def collectors(
    ctx: typer.Context,
    *,
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As one page, without this home's values.")
    ] = False,
) -> None:
    """Every source and its checks, with controls and the expectations they are measured by."""
    known = all_collectors()
    if markdown:
        typer.echo(checks_page(known), nl=False)
        return
    with opened(ctx) as ports:
        expectations = ports.expectation_values
    if as_json:
        print_json(
            [
                {
                    "id": c.id,
                    "title": c.title,
                    "reads": sorted(c.reads),
                    "checks": [
                        {
                            "id": f"{c.id}.{check.id}",
                            "title": check.title,
                            "controls": check.controls,
                            "expectation": check.expectation,
                            "expected": expectations.get(check.expectation or ""),
                            "owner": check.owner.value,
                            "remedy": check.remedy,
                            "policy": check.policy,
                        }
                        for check in c.checks
                    ],
                }
                for c in known
            ]
        )
        return
    for c in known:
        OUT.print(f"{c.id}  {c.title}", markup=False, style="bold")
        for check in c.checks:
            expected = f" [{expectations[check.expectation]}]" if check.expectation else ""
            OUT.print(
                f"  {check.id:26} {check.title}{expected}  ({', '.join(check.controls)})",
                markup=False,
            )
            if check.policy:
                OUT.print(f"  {'':26} Azure Policy {check.policy} asks the same", markup=False)


# In the order in which somebody meets them.
app.command()(init)
app.command()(permissions)
app.command()(collectors)
app.command()(collecting.collect)
app.command()(status.status)
app.command()(disagreements.disagreements)
app.command()(verdict.verdict)
app.command()(evidence.pack)
app.command()(verification.verify)
app.command()(reperform.reperform)
app.command("verify-worm")(worm.prove)
app.command()(evidence.reindex)
app.command()(serving.serve)
app.command()(demo)
