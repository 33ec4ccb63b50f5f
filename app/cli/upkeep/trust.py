"""trust: the keys of this installation."""

from dataclasses import asdict

import typer

from app.cli.edge import OUT, Json, clock, home_folder, print_json
from app.services.upkeep.key_rotation import rotate_log_key

app = typer.Typer(help="Keys of this installation.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def trust() -> None:
    """Keys of this installation."""


@app.command("rotate-log-key")
def rotate(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Sign checkpoints with a new key from now on; what the old one signed still verifies."""
    done = rotate_log_key(home_folder(ctx), clock, "annexa trust rotate-log-key")
    if as_json:
        print_json(asdict(done))
        return
    OUT.print(
        f"The log has a new key. The old one signed checkpoints of up to {done.until} entries; its "
        f"private half is destroyed.\nGive {done.vkey_file} to your auditors, out of band:\n\n"
        f"{done.vkey}\n{done.old_vkey} {done.until}",
        markup=False,
    )
