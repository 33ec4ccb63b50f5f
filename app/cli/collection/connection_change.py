"""connection change and connection retire."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.cli.collection.credential import (
    Certificate,
    ClientId,
    ManagedIdentity,
    PasswordEnv,
    SecretEnv,
    TokenFile,
    credential,
)
from app.cli.edge import OUT
from app.cli.opened import opened
from app.errors import UsageError
from app.services.connections.change import Change, change_connection, retire_connection
from app.services.connections.register import find_connection
from app.services.connections.timetable import next_nights
from app.services.home.installation import Ports

Name = Annotated[str, typer.Argument(help="Connection, by its name.")]


def change(
    ctx: typer.Context,
    name: Name,
    schedule: Annotated[str | None, typer.Option(help="Cron line of its nights.")] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Zone the schedule is written in, such as Europe/Berlin.")
    ] = None,
    subscription: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be repeated.")
    ] = None,
    client_id: ClientId = None,
    client_secret_env: SecretEnv = None,
    certificate: Certificate = None,
    certificate_password_env: PasswordEnv = None,
    federated_token_file: TokenFile = None,
    cloud_file: Annotated[Path | None, typer.Option(help="TOML of a custom cloud.")] = None,
    *,
    managed_identity: ManagedIdentity = False,
    follow_settings: Annotated[
        bool, typer.Option("--follow-settings", help="Take the schedule of the settings.")
    ] = False,
    all_subscriptions: Annotated[
        bool, typer.Option("--all-subscriptions", help="Every one that can be seen.")
    ] = False,
) -> None:
    """Change a connection from now on. What it collected, and a night in work, stay as they are."""
    if all_subscriptions and subscription:
        raise UsageError("--all-subscriptions and --subscription contradict each other: give one")
    scope = tuple(subscription) if subscription else None
    with opened(ctx) as ports:
        reference = _credential(
            find_connection(ports, name).credential,
            client_id=client_id,
            secret_env=client_secret_env,
            certificate=certificate,
            password_env=certificate_password_env,
            token_file=federated_token_file,
            managed_identity=managed_identity,
        )
        wanted = Change(
            schedule=schedule,
            follow_settings=follow_settings,
            time_zone=time_zone,
            subscriptions=() if all_subscriptions else scope,
            credential=reference,
            cloud_file=cloud_file,
        )
        _change(ports, name, wanted)


def retire(ctx: typer.Context, name: Name) -> None:
    """Plan no more nights of a connection. Its evidence, history and packs stay."""
    with opened(ctx) as ports:
        connection = retire_connection(ports, name)
    OUT.print(
        f"Connection {connection.name} retired: no more nights. Its evidence stays; packs of its "
        f"time are made with `annexa pack {connection.name} …` as before."
    )


def _credential(
    known: Mapping[str, str],
    *,
    client_id: str | None,
    secret_env: str | None,
    certificate: Path | None,
    password_env: str | None,
    token_file: Path | None,
    managed_identity: bool,
) -> Mapping[str, str] | None:
    """The credential to have from now on; None when no option names one."""
    if managed_identity or any(one is not None for one in (secret_env, certificate, token_file)):
        # an application keeps its id; a machine's own identity has another, or needs none
        same = managed_identity == (known["kind"] == "managed_identity")
        return credential(
            client_id=client_id or (known.get("client_id") if same else None),
            secret_env=secret_env,
            certificate=certificate,
            password_env=password_env,
            token_file=token_file,
            managed_identity=managed_identity,
        )
    told = {"client_id": client_id, "password_env": password_env}
    news = {key: value for key, value in told.items() if value is not None}
    return {**known, **news} if news else None


def _change(ports: Ports, name: str, wanted: Change) -> None:
    old = next_nights(ports, find_connection(ports, name))
    before, after = change_connection(ports, name, wanted)
    new = next_nights(ports, after)
    OUT.print(f"Connection {after.name} changed.")
    OUT.print(f"  schedule     {before.schedule} {before.time_zone}")
    OUT.print(f"  from now on  {after.schedule} {after.time_zone}")
    OUT.print(f"  nights were  {', '.join(night.sentence for night in old)}")
    OUT.print(f"  nights are   {', '.join(night.sentence for night in new)}")
    if before.subscriptions != after.subscriptions:
        scope = ", ".join(after.subscriptions) or "every subscription that can be seen"
        OUT.print(f"  asks         {scope}")
    if (before.credential, before.cloud_file) != (after.credential, after.cloud_file):
        OUT.print(f"Next: annexa connection check {after.name}")
