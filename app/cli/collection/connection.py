"""connection add, list, check, change, retire."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.collection import connection_change
from app.cli.collection.credential import (
    Certificate,
    ClientId,
    ManagedIdentity,
    PasswordEnv,
    SecretEnv,
    TokenFile,
    credential,
)
from app.cli.edge import ERR, OUT, Json, print_json
from app.cli.opened import opened
from app.schedule.connection import Connection, new_connection
from app.services.connections.register import add_connection, find_connection, list_connections
from app.services.connections.timetable import former_nights, next_nights, planned_line
from app.services.home.installation import Ports
from app.services.nights.permission_check import Probe, check_connection
from app.services.protection.guarantee import store_guarantee

app = typer.Typer(help="Tenants to collect from.", no_args_is_help=True, rich_markup_mode=None)
DENIED = 3


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits, dashes.")],
    tenant: Annotated[str, typer.Option(help="Tenant id.")],
    client_id: ClientId = None,
    client_secret_env: SecretEnv = None,
    certificate: Certificate = None,
    certificate_password_env: PasswordEnv = None,
    federated_token_file: TokenFile = None,
    cloud: Annotated[str, typer.Option(help="public, usgov, china or custom.")] = "public",
    cloud_file: Annotated[Path | None, typer.Option(help="TOML of a custom cloud.")] = None,
    subscription: Annotated[
        list[str] | None,
        typer.Option(help="Only this one; may be repeated [all that can be seen]."),
    ] = None,
    schedule: Annotated[
        str | None, typer.Option(help="Cron line of its nights [follows the settings].")
    ] = None,
    time_zone: Annotated[
        str, typer.Option(help="Zone the schedule is written in, such as Europe/Berlin.")
    ] = "UTC",
    *,
    managed_identity: ManagedIdentity = False,
) -> None:
    """Add a tenant. The secret itself is never stored, only where it is found."""
    reference = credential(
        client_id=client_id,
        secret_env=client_secret_env,
        certificate=certificate,
        password_env=certificate_password_env,
        token_file=federated_token_file,
        managed_identity=managed_identity,
    )
    with opened(ctx) as ports:
        connection = new_connection(
            name=name,
            tenant_id=tenant,
            credential=reference,
            cloud=cloud,
            cloud_file=cloud_file,
            subscriptions=tuple(subscription or ()),
            schedule=ports.settings.schedule if schedule is None else schedule,
        )
        connection = replace(connection, time_zone=time_zone, follows_settings=schedule is None)
        add_connection(ports, connection)
        OUT.print(f"Connection {name} added.")
        OUT.print(_nights(ports, connection))
    OUT.print(f"Next: annexa connection check {name}")


@app.command("list")
def list_all(ctx: typer.Context, *, as_json: Json = False) -> None:
    """All connections, with their next three nights."""
    with opened(ctx) as ports:
        known = list_connections(ports)
        if as_json:
            print_json([_plain(ports, connection) for connection in known])
            return
        for one in known:
            _print_one(ports, one)
    if not known:
        OUT.print("No connection yet; add one with `annexa connection add`.")


def _plain(ports: Ports, connection: Connection) -> dict[str, Any]:
    nights = next_nights(ports, connection)
    return {
        **connection.detail(),
        "schedule": planned_line(ports, connection).line,
        "next_nights": [{"slot": night.slot, "local": night.local} for night in nights],
        "notice": former_nights(ports, connection),
    }


def _print_one(ports: Ports, one: Connection) -> None:
    of = " of the settings" if one.follows_settings else ""
    OUT.print(
        f"{one.name}  tenant {one.tenant_id}  {one.credential['kind'].replace('_', ' ')}  "
        f"{one.cloud}  schedule {planned_line(ports, one).line} {one.time_zone}{of}"
    )
    OUT.print(f"  {_nights(ports, one)}")
    notice = former_nights(ports, one)
    if notice:
        OUT.print(f"  Note: {notice}.")


def _nights(ports: Ports, connection: Connection) -> str:
    if connection.retired_at is not None:
        return f"Retired on {connection.retired_at:%Y-%m-%d %H:%M} UTC: no more nights."
    nights = ", ".join(night.sentence for night in next_nights(ports, connection))
    return f"Next nights: {nights or 'none'}"


app.command()(connection_change.change)
app.command()(connection_change.retire)


@app.command()
def check(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Connection.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Ask each source in every subscription, say which permission is missing. Seals nothing."""
    with opened(ctx) as ports:
        probes = check_connection(ports, find_connection(ports, name))
        ERR.print(f"Store: {store_guarantee(ports).detail}")
    if as_json:
        print_json([probe.plain() for probe in probes])
    else:
        _print(probes)
    if not all(probe.seen for probe in probes):
        raise typer.Exit(DENIED)


def _print(probes: list[Probe]) -> None:
    """A line for each source; where it is missing, a line for each scope."""
    by_source: dict[tuple[str, str], list[Probe]] = {}
    for probe in probes:
        by_source.setdefault((probe.collector_id, probe.read), []).append(probe)
    for (collector, read), found in by_source.items():
        lost = [probe for probe in found if not probe.seen]
        if not lost:
            OUT.print(f"ok       {collector}  {read}")
        for detail in dict.fromkeys(probe.detail for probe in found if probe.seen and probe.detail):
            OUT.print(f"         {detail}")
        if left := sum(probe.not_tried for probe in found):
            tried = sum(probe.tried for probe in found)
            OUT.print(f"         asked of {tried} resources, {left} more not tried")
        for probe in lost:
            OUT.print(f"MISSING  {collector}  {read}  in {probe.scope}")
            OUT.print(f"         {probe.detail}")
            OUT.print(f"         needs {', '.join(probe.needs)}")
    _print_sum(probes, len(by_source))


def _print_sum(probes: list[Probe], sources: int) -> None:
    missing = {(one.collector_id, one.read) for one in probes if not one.seen}
    scopes = {one.scope for one in probes} - {"tenant"}
    left = sum(one.not_tried for one in probes)
    OUT.print(
        f"\n{sources - len(missing)} of {sources} sources can be read, asked in "
        f"{len(scopes)} subscription{'s' * (len(scopes) != 1)}."
        + (
            f" Of single resources the first of each type was asked; {left} were not tried: "
            "a fault of one of them shows at night only."
        )
        * bool(left)
        + " Grant what is missing (see `annexa permissions`) before the first night."
        * bool(missing)
    )
