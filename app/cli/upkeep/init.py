"""init: a new home."""

from typing import Annotated

import typer

from app.cli.edge import OUT, Json, clock, home_folder, print_json
from app.services.upkeep.new_home import initialise


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
    OUT.print(f"Home made in {made.home}.")
    OUT.print(
        "\nNote these two out of band: an auditor verifies every bundle against them.\n"
        f"  root certificate  {made.root_file}\n    SHA-256 {made.root_sha256}\n"
        f"  log key           {made.vkey_file}\n    {made.vkey}\n\n"
        "Show them at any time, with the seal and a page to hand over: annexa trust show\n"
        "The built-in development time authority proves nothing about time; set a real one under "
        f"[[time_authorities]] in {made.home / 'annexa.toml'}.\n"
        "Next: annexa connection add NAME --tenant ID --client-id ID --client-secret-env VAR"
    )
