"""token create, list, revoke."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from app.cli.edge import ERR, OUT, Json, print_json
from app.cli.opened import opened
from app.services.access.tokens import SCOPES, create_token, list_tokens, revoke

app = typer.Typer(help="Bearer tokens of the API.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Who will use it.")],
    scope: Annotated[
        list[str] | None, typer.Option(help=f"May be repeated: {', '.join(SCOPES)}.")
    ] = None,
    days: Annotated[int, typer.Option(help="Days until it expires.", min=1, max=3650)] = 90,
    *,
    as_json: Json = False,
) -> None:
    """Make a token. It is shown once; only its digest is kept."""
    chosen = tuple(scope or ("evidence:read", "packs:read", "runs:read"))
    with opened(ctx) as ports:
        made = create_token(ports, name, chosen, timedelta(days=days))
    if as_json:
        print_json({"id": made.id, "name": made.name, "token": made.secret})
        return
    ERR.print(f"Token {made.id} for {name}, shown this once:")
    OUT.print(made.secret)


@app.command("list")
def list_all(ctx: typer.Context, *, as_json: Json = False) -> None:
    """All tokens, without their secrets."""
    with opened(ctx) as ports:
        known = list_tokens(ports)
    if as_json:
        print_json([asdict(token) for token in known])
        return
    if not known:
        OUT.print("No token yet; make one with `annexa token create NAME`.")
    for one in known:
        ends = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else f"until {one.expires_at}"
        OUT.print(f"{one.id}  {one.name}  {' '.join(one.scopes)}  {ends}")


@app.command("revoke")
def revoke_one(
    ctx: typer.Context,
    token_id: Annotated[str, typer.Argument(help="As `annexa token list` shows it.")],
) -> None:
    """A revoked token opens nothing from now on."""
    with opened(ctx) as ports:
        revoke(ports, token_id)
    OUT.print(f"Token {token_id} is revoked.")
